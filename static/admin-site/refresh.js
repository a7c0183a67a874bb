// Loads the page anew while something is being done in the background.
setTimeout(() => location.reload(), 2000);
