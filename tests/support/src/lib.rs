//! What the test packages share: the built binary, scratch directories, a registrar of a few lines.
