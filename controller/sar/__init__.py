"""SAR measurements: the matrix on the bench, and curves of files made ready."""
