"""Options declared once: a settings model is a command's options, their help, limits and defaults.

    class Greeting(Settings):
        name: Annotated[str, Argument(help="Who is greeted.")]
        times: Annotated[int, Option("--times", min=1, help="How often.")] = 1

    @app.command()
    @with_settings
    def greet(settings: Greeting) -> None: ...

A field whose type is a model is a group of options; any other one is not on the command line.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import typer
from annotated_types import Ge, GroupedMetadata, Gt, Le
from pydantic import BaseModel, ConfigDict, ValidationError

from uls.workshop.errors import CallError, on_one_line

__all__ = ["Argument", "Option", "Quiet", "Settings", "Verbose", "with_settings"]

_Model = TypeVar("_Model", bound=BaseModel)


class Settings(BaseModel):
    """What a command, or a part of it, is asked to do: checked once, and never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Option(GroupedMetadata):
    """How a field is given on the command line; its limits hold wherever the model is made.

    Args:
        names: of the option.
        default: what the help calls the default; empty for nothing.
        above: what a number must be larger than.
        takes: the type on the command line if it is not the field's; a list may be repeated.
        parse: returns the field's value for what was given; for each of a list.
        show: returns what one would give for the field's default.
        said: what Typer takes besides: help, min, max, metavar, envvar.
    """

    def __init__(
        self,
        *names: str,
        default: str | None = None,
        above: float | None = None,
        takes: Any = None,
        parse: Callable[[Any], Any] | None = None,
        show: Callable[[Any], Any] | None = None,
        **said: Any,
    ) -> None:
        self.names, self.parse, self.show = names, parse, show
        self.takes = str if parse is not None and takes is None else takes
        self._limits = ((Ge, said.get("min")), (Gt, above), (Le, said.get("max")))
        self._said = {"min": above, "show_default": default is None or default or False} | said

    def __iter__(self) -> Iterator[Any]:
        """Give the limits to pydantic."""
        return (kind(limit) for kind, limit in self._limits if limit is not None)

    def for_typer(self) -> Any:
        """Return what Typer makes the option of."""
        return typer.Option(*self.names, **self._said)


class Argument(Option):
    """A field that is given by its place in the call, without a name."""

    def for_typer(self) -> Any:
        """Return what Typer makes the argument of."""
        return typer.Argument(**self._said)


Quiet = Annotated[bool, Option("--quiet", "-q", help="Warnings and errors only.")]
Verbose = Annotated[bool, Option("--verbose", "-v", help="Details too.")]


def with_settings(function: Callable[[_Model], None]) -> Callable[..., None]:
    """Return the function as Typer calls it: with an option for each field of its settings.

    What must be given comes first, and then all in the order of the fields. A group's fields that
    are no options have the defaults of its class.

    Raises:
        TypeError: two fields have one name on the command line.
    """
    hints = get_type_hints(function)
    [model] = [kind for name, kind in hints.items() if name != "return"]
    fields = sorted(_fields(model), key=lambda field: field.default is not ...)
    names = [name for field in fields for name in field.option.names]
    if len(names) != len(set(names)):
        raise TypeError(f"{model.__name__} has an option twice: {', '.join(names)}")

    @wraps(function)
    def command(**given: Any) -> None:
        function(_settings(model, fields, given))

    parameters = [field.parameter for field in fields]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    return command


@dataclass(frozen=True)
class _Field:
    """A field on the command line.

    Attributes:
        path: its name, after those of the groups that it is in.
        default: `...` where it must be given.
    """

    path: tuple[str, ...]
    annotation: Any
    default: Any
    option: Option

    @property
    def parameter(self) -> inspect.Parameter:
        """The parameter that Typer makes an option of."""
        default = self._default_given
        takes = self._takes | None if default is None else self._takes
        return inspect.Parameter(
            "__".join(self.path),
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if default is ... else default,
            annotation=Annotated[takes, self.option.for_typer()],
        )

    def value(self, given: Any) -> Any:
        """Return the field's value for what was given on the command line."""
        if given == self._default_given:
            return self.default
        parse = self.option.parse or (lambda value: value)
        return tuple(map(parse, given)) if get_origin(self._takes) is list else parse(given)

    @property
    def _takes(self) -> Any:
        if self.option.takes is not None or get_origin(self.annotation) is not tuple:
            return self.option.takes or self.annotation
        part = get_args(self.annotation)[0]
        return list[get_args(part)[0] if get_origin(part) is Annotated else part]  # type: ignore[misc]

    @property
    def _default_given(self) -> Any:
        if self.option.show is not None and self.default is not ...:
            return self.option.show(self.default)
        return None if self.default == () else self.default


def _fields(
    model: type[BaseModel], path: tuple[str, ...] = (), group: BaseModel | None = None
) -> Iterator[_Field]:
    """List the fields on the command line; a group that is a default itself has its defaults."""
    for name, info in model.model_fields.items():
        own = ... if info.is_required() else info.get_default(call_default_factory=True)
        default = own if group is None else getattr(group, name)
        option = next((one for one in info.metadata if isinstance(one, Option)), None)
        if option is not None:
            yield _Field((*path, name), info.annotation, default, option)
        elif inspect.isclass(info.annotation) and issubclass(info.annotation, BaseModel):
            inner = default if isinstance(default, BaseModel) else None
            yield from _fields(info.annotation, (*path, name), inner)


def _settings(model: type[_Model], fields: Sequence[_Field], given: Mapping[str, Any]) -> _Model:
    """Make the settings of what was given.

    Raises:
        CallError: a value is not allowed.
    """
    values: dict[str, Any] = {}
    for field in fields:
        place = values
        for group in field.path[:-1]:
            place = place.setdefault(group, {})
        place[field.path[-1]] = field.value(given["__".join(field.path)])
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _call_error(error, fields) from error


def _call_error(error: ValidationError, fields: Sequence[_Field]) -> CallError:
    """Say the first problem with the name of its option; models refuse more by a CallError."""
    problem = error.errors(include_url=False)[0]
    [field] = [one for one in fields if one.path == problem["loc"][: len(one.path)]]
    return CallError.about(
        field.option.names[0] if field.option.names else field.path[-1],
        expected=problem["msg"].removeprefix("Input should be "),
        found=on_one_line(repr(problem["input"])),
    )
