/// What can go wrong in simulations.
public indirect enum SimulationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A field is outside its range; `detail` says which values are accepted.
    case outOfRange(field: String, detail: String)
    /// The same for one of several jobs, which are counted from 0.
    case job(Int, SimulationError)
    /// There is no experiment of this name among those that come with the program.
    case unknownExperiment(String, known: [String])
    /// Somebody asked for the end before all runs were done.
    case cancelled

    /// What is wrong and what would be right.
    public var description: String {
        switch self {
        case .outOfRange(let field, let detail): "\(field): \(detail)"
        case .job(let place, let error): "jobs[\(place)]: \(error)"
        case .unknownExperiment(let name, let known):
            "there is no experiment '\(name)'; there are \(known.joined(separator: ", "))"
        case .cancelled: "the simulation was stopped before its end"
        }
    }
}
