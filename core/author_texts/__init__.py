"""Every sentence that an author reads, in one file a language, and the choice of the language."""
