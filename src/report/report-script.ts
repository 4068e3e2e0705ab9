/** Of the HTML report. Everything is readable without it; it adds the other views and the buttons. */
export const reportScript = `
'use strict'
for (const card of document.querySelectorAll('[data-comparison]')) {
  const buttons = [...card.querySelectorAll('[data-view]')]
  const panes = [...card.querySelectorAll('[data-pane]')]
  const flicker = card.querySelector('.flicker')
  let timer = 0
  const show = (view) => {
    for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.view === view))
    for (const pane of panes) pane.hidden = pane.dataset.pane !== view
    clearInterval(timer)
    if (view === 'flicker' && flicker) timer = setInterval(() => flicker.classList.toggle('on'), 600)
  }
  for (const button of buttons) button.addEventListener('click', () => show(button.dataset.view))
  for (const range of card.querySelectorAll('input[type=range]')) {
    range.addEventListener('input', () => range.parentElement.style.setProperty('--cut', range.value + '%'))
  }
  const size = card.querySelector('[data-size]')
  size?.addEventListener('click', () => {
    const actual = card.querySelector('.stage').classList.toggle('actual-size')
    size.textContent = actual ? 'Fit' : 'Actual size'
  })
}
for (const button of document.querySelectorAll('[data-copy]')) {
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copy)
    button.textContent = 'Copied'
    setTimeout(() => { button.textContent = 'Copy' }, 1500)
  })
}
document.querySelector('[data-toggle-theme]').addEventListener('click', () => {
  const root = document.documentElement
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  root.dataset.theme = dark ? 'light' : 'dark'
})
document.documentElement.dataset.ready = ''
`
