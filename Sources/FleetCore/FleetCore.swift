// The fleet as a value
// ====================
//
// What is true of the fleet (`FleetState`), what may be done with it (`FleetDraft`), where a container goes, when its clock is
// up, and what a relocation does next (`RelocationCourse`). Everything is decided here, and nothing is done here: there is no
// disk, no network, no clock and no task in this module. Time and randomness are passed in, and what is decided comes out as
// changes (`FleetChange`) and notes for the ledger, and as orders for agents.
//
// - A state is a persistent value. Readers keep the one they took while the fleet goes on, and a change copies a path of a
//   tree, never a table of a million containers.
// - No question about one host, tenant, container or address looks at all of them. `FleetIndex` and `PlacementIndex` are kept
//   with each change, and say nothing that a recount would not.
// - A draft is a change that is being put together: it sees its own changes, and nobody else does before the ledger has them.
//
// It does not know how the ledger keeps things, how agents are reached, or what the API looks like.
