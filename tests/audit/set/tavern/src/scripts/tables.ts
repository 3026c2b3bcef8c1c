export function renderTables(tables: { id: string; name: string }[]) {
  const list = document.getElementById("tables")!;
  list.replaceChildren(
    ...tables.map((table) => Object.assign(document.createElement("li"), { textContent: table.name })),
  );
  flash(list);
}

function flash(element: HTMLElement, left = 6) {
  element.classList.toggle("flash");
  if (left > 0) setTimeout(() => flash(element, left - 1), 120); //= none
}
