"""Questions to a page about how it is laid out."""

BROKEN = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const head = node.parentElement.closest('thead');
    if (head && getComputedStyle(head).position === 'absolute') continue;
    for (const word of node.data.matchAll(/\\(?(?:(?!\\.{3})[^\\s%()·-])+(?:\\.{3}|[%)-])?/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map(each => Math.round(each.top)));
      if (lines.size > 1) found.push(word[0]);
    }
  }
  return found;
}"""
"""Words on two lines; a line may end after -, %, ) and ..., at ·, before (, between nodes."""

OPEN = "document.querySelectorAll('details').forEach((one) => (one.open = true))"
"""Opens all that is folded."""
WIDE = """[document.documentElement, ...document.querySelectorAll(".scroll, main")]
.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.outerHTML.slice(0, 200))"""
"""What could be scrolled sideways."""
