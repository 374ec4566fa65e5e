// Runs before the first paint, so that a chosen theme never flashes. The rest lives in src/design/theme.ts.
try {
  var theme = localStorage.getItem('hub.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage is refused: the system's preference holds.
}
