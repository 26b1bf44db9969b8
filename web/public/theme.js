// Before the first paint, so that a dark screen never flashes white. A file and not an inline script: the content security
// policy allows none.
;(() => {
  let wanted = 'auto'
  try {
    wanted = localStorage.getItem('tisserand.theme') ?? 'auto'
  } catch {
    // storage may be forbidden: the system's preference then holds
  }
  const dark = wanted === 'dark' || (wanted === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
