"""The first settings of a site: asked, checked, written, and what is not set yet."""
