"""Which language detectors there are."""

from collections.abc import Callable, Mapping

from understanding.language.langdetect_adapter import load_langdetect
from understanding.port import LanguageDetector

LANGUAGE_DETECTORS: Mapping[str, Callable[[], LanguageDetector]] = {"langdetect": load_langdetect}
