// All here is comfort: without it, the page shows the same, but does not search or sort.

keepRoles();
const table = document.querySelector('table.rows');
if (table) {
  const rows = [...table.tBodies[0].rows].map((row) => {
    const cells = [...row.cells].map((cell) => cell.textContent.trim());
    return { row, cells, text: fold(cells.join(' ')) };
  });
  addSearch(rows);
  addSorting(rows);
}

// Some browsers take a table that is laid out as cards for a heap of text. Roles keep it a table for screen readers.
// In the file, those of all cells would be a megabyte.
function keepRoles() {
  const roles = {
    table: 'table', 'thead, tbody': 'rowgroup', tr: 'row', td: 'cell', 'th[scope=row]': 'rowheader', 'th[scope=col]': 'columnheader',
  };
  for (const [selector, role] of Object.entries(roles)) {
    for (const element of document.querySelectorAll(selector)) element.setAttribute('role', role);
  }
}

// Names can hold characters that nobody sees, and accents that nobody types.
function fold(text) {
  return text.normalize('NFKD').replace(/[\p{M}\p{Cf}]/gu, '').toLowerCase();
}

function addSearch(rows) {
  const input = document.querySelector('#search');
  const matches = document.querySelector('#matches');
  const count = (n) => n.toLocaleString('en');

  function search() {
    const words = fold(input.value).match(/\S+/g) ?? [];
    let found = 0;
    for (const { row, text } of rows) {
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) found++;
    }
    matches.textContent = `${count(found)} of ${count(rows.length)} rows`;
  }

  let waiting;
  input.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 150); // so that typing is smooth, and a screen reader says the last number only
  });
  input.closest('[hidden]').hidden = false;
  search(); // which says how many rows there are
}

function addSorting(rows) {
  const collator = new Intl.Collator('en', { numeric: true });

  function sort(header) {
    const { kind = 'text' } = header.dataset;
    // Who has the most and what is newest is asked more often than the opposite.
    const first = kind === 'text' ? 'ascending' : 'descending';
    const second = kind === 'text' ? 'descending' : 'ascending';
    const order = header.getAttribute('aria-sort') === first ? second : first;
    const sign = order === 'ascending' ? 1 : -1;
    const compare = kind === 'number' ? (a, b) => parseNumber(a) - parseNumber(b) : collator.compare;
    const { cellIndex } = header;
    rows.sort((a, b) => sign * compare(a.cells[cellIndex], b.cells[cellIndex]));
    table.tBodies[0].append(...rows.map(({ row }) => row));
    for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
    header.setAttribute('aria-sort', order);
  }

  for (const header of table.tHead.rows[0].cells) {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...header.childNodes);
    button.addEventListener('click', () => sort(header));
    header.append(button);
  }
}

function parseNumber(text) {
  return Number(text.replaceAll(',', ''));
}
