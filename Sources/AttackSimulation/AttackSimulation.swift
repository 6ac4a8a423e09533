// What attackers achieve against containers that move
// ==================================================
//
// A discrete-event simulator of one protected container, its hosts, and attackers beside it. How long the container stays
// and where it goes next is decided by MovingTarget, the code that moves real containers: here are only attackers, luck
// and bookkeeping. Everything is pure; the generator of random numbers is passed in, so a seed decides every result,
// however many threads share the work.
//
// - `Model`: what is simulated (`Scenario`) and what comes out of it (`Outcome`).
// - `Engine`: one run, and many runs on all processors.
// - `Experiments`: the experiments as data, and their results.
// - `Reports`: results as tables, figures and words.
