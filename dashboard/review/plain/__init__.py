"""The review queue with Streamlit's own buttons, for screen readers and where the desk can't run."""
