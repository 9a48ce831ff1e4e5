"""The review queue with Streamlit's own buttons, for screen readers and where no script runs."""
