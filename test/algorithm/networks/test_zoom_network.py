import pytest

torch = pytest.importorskip("torch")

from algorithm.networks.zoom_network import ZoomNetwork, folded  # noqa: E402


def _trained() -> ZoomNetwork:
    """A network whose statistics and scales are not those that it began with."""
    torch.manual_seed(0)
    network = ZoomNetwork(8, (4, 6, 8), (1, 2, 1), norm=True)
    for _ in range(3):
        network(torch.randn(2, 8, 16, 16, 16))
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm3d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.uniform_(module.bias, -0.5, 0.5)
    return network.eval()


def test_folding_changes_no_answer() -> None:
    network = _trained()
    image = torch.randn(1, 8, 16, 16, 16)
    with torch.no_grad():
        expected = network(image)
        assert expected.shape == (1, 1, 16, 16, 16)
        assert expected.std() > 1e-3
        torch.testing.assert_close(folded(network)(image), expected, rtol=1e-4, atol=1e-5)


def test_a_folded_network_has_no_normalisation_and_folds_to_itself() -> None:
    plain = folded(_trained())
    assert not any(isinstance(module, torch.nn.BatchNorm3d) for module in plain.modules())
    again = folded(plain).state_dict()
    for name, tensor in plain.state_dict().items():
        torch.testing.assert_close(again[name], tensor)


def test_one_channel_of_logits_is_given_at_full_size() -> None:
    network = ZoomNetwork(3, (4, 4), (1, 1), norm=False)
    assert network(torch.zeros(2, 3, 8, 12, 16)).shape == (2, 1, 8, 12, 16)
