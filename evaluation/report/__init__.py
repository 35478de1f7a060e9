"""Results for people: pictures of what was segmented. matplotlib is imported only when drawing."""
