"""Static files as a running copy serves them: compressed, and named by their content so that a phone asks for each once."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise has no types
    """Names of the manifest where files were collected; their own names where they were not (tests, DEBUG)."""

    # Modules import each other by path: those paths are renamed as well.
    support_js_module_import_aggregation = True

    def stored_name(self, name: str) -> str:
        return str(super().stored_name(name)) if self.hashed_files else name
