// Before the page is drawn: the theme that somebody has chosen, if any. Without a choice the browser's own holds.
const chosen = localStorage.getItem('caravana-theme');
if (chosen) document.documentElement.dataset.theme = chosen;
