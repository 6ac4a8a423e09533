// The strategy: when a container moves, and where to
// ==================================================
//
// Everything here is pure. There is no clock, no I/O and no randomness of its own: the time and the generator of random
// numbers are passed in. So the very code that moves containers can be run in a simulation a million times over.
//
// - `RelocationClock` says when a container has been on its host for long enough; `PolicyCheck` refuses clocks that cannot
//   work, and `DwellForecast` says beforehand what one comes to.
// - `StartQueue` says which of the relocations that wait may start, so that tenants share what the limits leave.
// - `Placement` says which hosts could take the container and draws one of them.
// - `AddressPool` draws the address that it gets there.
// - `ExposureBook` keeps who was beside whom, and for how long.
