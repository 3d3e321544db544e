"""Kedro's config loader, with our schema: bad settings stop before anything is built or run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

import yaml
from click import ClickException
from kedro.config import OmegaConfigLoader

from leanset.config import BLOCKS, NAME, Problem, Settings, SettingsError, check_settings
from leanset.errors import LeansetError, nearest

_VARIANTS = ("parameters/variants/**",)
STAGES = (
    "ingestion", "embedding", "clustering", "training_log", "scoring", "reporting", "noise_audit",
)  # fmt: skip
"""The pipelines beside those of the variants."""

_RESERVED = {*BLOCKS, *STAGES, "variants", "prune_sweep"}


class SweepConfigLoader(OmegaConfigLoader):
    """An OmegaConfigLoader whose parameters are checked, and which remembers the newest of itself.

    The pipelines depend on the settings (one namespace per variant), but Kedro builds them without
    telling which environment is in use. The newest loader is the one of the session that asks.
    """

    latest: ClassVar[SweepConfigLoader | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._checked: tuple[dict[str, Any], Settings] | None = None
        SweepConfigLoader.latest = self

    @classmethod
    def current(cls) -> SweepConfigLoader:
        """The newest loader, or one for ``KEDRO_ENV`` where no session has made any."""
        if cls.latest is not None:
            return cls.latest
        from kedro.framework.project import settings

        return cls(
            conf_source=settings.CONF_SOURCE,
            env=os.environ.get("KEDRO_ENV"),
            **settings.CONFIG_LOADER_ARGS,
        )

    def __getitem__(self, key: str) -> dict[str, Any]:
        if key == "parameters":
            return self._parameters()[0]
        return super().__getitem__(key)

    @property
    def settings(self) -> Settings:
        """The parameters as typed settings."""
        return self._parameters()[1]

    def _parameters(self) -> tuple[dict[str, Any], Settings]:
        if self._checked is None:
            try:
                self._check_environments()
                variants = self._check_variant_files()
                blocks = self._read_parameters()
                self._checked = blocks, check_settings(blocks, variants, self._locate)
            except LeansetError as error:
                raise ClickException(str(error)) from error
        return self._checked

    def _read_parameters(self) -> dict[str, Any]:
        try:
            return super().__getitem__("parameters")
        except yaml.YAMLError:
            for file in self._parameter_files():
                try:
                    self._read(file)
                except yaml.YAMLError as error:
                    raise LeansetError(_not_yaml(error), where=self._shown(file)) from None
            raise

    def _check_environments(self) -> None:
        for environment in self._environments():
            folder = self._folder(environment)
            if self._fs.isdir(str(folder)):
                continue
            conf = str(folder.parent)
            if not self._fs.isdir(conf):
                raise LeansetError(
                    "there is no such folder.",
                    where=conf,
                    remedy="Say with --conf-source where the configuration is.",
                )
            known = [path for path in self._fs.ls(conf, detail=False) if self._fs.isdir(path)]
            raise LeansetError(
                f"there is no environment '{environment}'.",
                where=str(self.conf_source),
                remedy=nearest(environment, (PurePosixPath(path).name for path in known)),
            )

    def _check_variant_files(self) -> set[str]:
        """The names of all variants, after a look at each file of them."""
        names: set[str] = set()
        problems: list[Problem] = []
        for environment in self._environments():
            stems: dict[str, str] = {}
            for path in self._files(environment, _VARIANTS):
                stem, shown = PurePosixPath(path).stem, self._shown(path)
                messages = [*self._content_faults(path, stem), *_name_faults(stem)]
                if stem in stems:
                    messages.append(
                        f"another file, {stems[stem]}, defines the variant of this name too; "
                        "rename one."
                    )
                problems += [Problem((stem,), message, shown) for message in messages]
                stems[stem] = shown
            names |= stems.keys()
        if problems:
            raise SettingsError(problems)
        return names

    def _content_faults(self, path: str, stem: str) -> Iterator[str]:
        try:
            content = self._read(path)
        except yaml.YAMLError as error:
            yield _not_yaml(error)
            return
        if not content:
            yield "the file is empty; describe the variant or delete the file."
        elif not isinstance(content, dict) or list(content) != [stem]:
            keys = ", ".join(map(str, content)) if isinstance(content, dict) else "none"
            yield f"the file's only top-level key is its name, '{stem}'; found: {keys}."

    def _environments(self) -> list[str]:
        """Base first, then the environment that overrides it."""
        chosen = self.env or self.default_run_env
        return list(dict.fromkeys([self.base_env, chosen]))

    def _folder(self, environment: str) -> PurePosixPath:
        return PurePosixPath(Path(self._get_conf_env_path(environment)).as_posix())

    def _files(self, environment: str, patterns: Iterable[str]) -> list[str]:
        """The configuration files of an environment, as Kedro finds them."""
        root = self._folder(environment)
        found = {str(path) for pattern in patterns for path in self._fs.glob(f"{root}/{pattern}")}
        return sorted(
            path
            for path in found
            if self._is_valid_config_path(Path(path)) and not self._is_hidden(path)
        )

    def _read(self, path: str) -> Any:
        with self._fs.open(path) as file:
            return yaml.load(file.read(), Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader

    def _locate(self, path: tuple[str, ...]) -> str:
        """Where the longest part of a path of keys was written last.

        The command line comes after every file, the environment after base.
        """
        best, depth = "--params", _depth(self.runtime_params, path)
        for file in self._parameter_files():
            found = _depth(self._read(file), path)
            if found > depth:
                best, depth = self._shown(file), found
        return best

    def _parameter_files(self) -> Iterator[str]:
        """Every file of parameters, those of the environment before those of base."""
        for environment in reversed(self._environments()):
            yield from self._files(environment, self.config_patterns["parameters"])

    def _shown(self, path: str) -> str:
        """A path as a person knows it: from the folder that holds the configuration."""
        conf, file = Path(self.conf_source).resolve(), Path(path)
        inside = file.is_relative_to(conf)
        return str(conf.name / file.relative_to(conf)) if inside else path


def _name_faults(stem: str) -> Iterator[str]:
    if not NAME.fullmatch(stem):
        yield "names are lower-case letters, digits and _, beginning with a letter."
    if stem in _RESERVED:
        yield (
            f"'{stem}' is already the name of another block or pipeline; "
            "rename the variant and its file."
        )


def _not_yaml(error: yaml.YAMLError) -> str:
    return f"this is not valid YAML ({' '.join(str(error).split())})."


class _UniqueKeys(yaml.CSafeLoader):
    """A YAML loader that refuses a key given twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key '{min(twice)}' stands twice", node.start_mark
            )
        return super().construct_mapping(node, deep)


def _depth(content: Any, path: tuple[str, ...]) -> int:
    """How many keys of a path a file's content holds."""
    for depth, key in enumerate(path):
        if not isinstance(content, Mapping) or key not in content:
            return depth
        content = content[key]
    return len(path)
