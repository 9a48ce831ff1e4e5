"""Every sentence that people read, in one folder a language, and the choice of the language."""
