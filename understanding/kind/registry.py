"""Which classifiers of kind there are."""

from collections.abc import Callable, Mapping

from understanding.kind.keyword_classifier import load_keyword_classifier
from understanding.port import KindClassifier

KIND_CLASSIFIERS: Mapping[str, Callable[[], KindClassifier]] = {"keywords": load_keyword_classifier}
