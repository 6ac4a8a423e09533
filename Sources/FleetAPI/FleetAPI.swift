// What goes over the wire
// =======================
//
// Each answer of the operators' API (`…View`) and each body that it takes (`…Body`) is one type here. The control plane
// encodes the answers and decodes the bodies, the program's verbs and the tests do the opposite, and nobody else says what a
// field is called.
//
// - Where a value of the vocabulary is shown as it is (`Tenant`, `Image`, `Alarm`, `Relocation`, `PlacementDecision`,
//   `DwellForecast`), it is its own shape, and there is no view of it.
// - A view is made from such values. What a route has to work out first, the control plane works out.
// - A body says nothing of what may be left out, and knows the names of its fields: the control plane refuses all others. Words
//   and numbers are checked by whoever acts on them.
// - What is decoded is what was encoded. Of words to which later versions may add (`Word`) those that are not known are kept;
//   objects may have fields that are not known.
//
// It does not know HTTP, paths or status codes, nor what any of it leads to. A policy that somebody sends is no shape of its own:
// it is any part of a `Policy`.
