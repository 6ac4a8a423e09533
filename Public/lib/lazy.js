// Parts of the page that are fetched when they are first looked at, each with its style sheet.

/**
 * @param {() => Promise<any>} load an `import()`
 * @param {string[]} sheets the names of the style sheets it needs, in their order
 * @returns {() => Promise<any>} gives the module, once both are there; a failure may be tried again
 */
export function lazy(load, ...sheets) {
  let module = null;
  return () => {
    module ??= Promise.all([load(), ...sheets.map(styled)]).then(([loaded]) => loaded).catch((error) => {
      module = null;
      throw error;
    });
    return module;
  };
}

const present = new Map();

function styled(name) {
  const href = `/style/${name}.css`;
  if (!present.has(href)) {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    present.set(href, new Promise((done, failed) => {
      link.addEventListener("load", done);
      link.addEventListener("error", () => {
        present.delete(href);
        link.remove();
        failed(new Error(`${href} cannot be loaded.`));
      });
    }));
    document.head.append(link);
  }
  return present.get(href);
}
