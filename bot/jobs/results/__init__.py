"""Results of a job, looked at: counted, filtered, drawn, and given to whoever asked."""
