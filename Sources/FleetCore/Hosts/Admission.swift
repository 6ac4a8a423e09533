import FleetModel

/// Whether an agent that introduces itself is taken in as the host that it says it is.
///
/// A host that is new needs the fleet's join token and gets a credential of its own. A host that is known needs its credential;
/// the join token serves it only while its agent is not heard, so that nobody who learned the token can take the place of
/// a host that is there. A host that was declared off for good is not taken in at all, whatever it shows; whoever shows
/// something that once counted is told so, to end what it still runs.
package enum Admission: Sendable, Equatable {
    /// As before.
    case asBefore
    /// With a new credential, which replaces an earlier one.
    case withNewCredential
    /// Not before it is readmitted.
    case lost
    /// What it shows entitles to nothing.
    case unknownSecret
    /// Its place is taken.
    case placeTaken

    /// What an agent shows.
    package enum Secret: Sendable, Equatable {
        /// The credential of the host whose name it gives.
        case credential
        /// The fleet's join token.
        case joinToken
        /// Something else.
        case other
    }

    /// Decides.
    /// - Parameters:
    ///   - host: the host of that name; `nil` when there is none.
    ///   - hasCredential: whether the name has a credential.
    ///   - isConnected: whether an agent of that name is there.
    package init(_ secret: Secret, as host: Host?, hasCredential: Bool, isConnected: Bool) {
        switch secret {
        case .other: self = .unknownSecret
        case _ where host?.state == .lost: self = .lost
        case .credential: self = .asBefore
        case .joinToken: self = hasCredential && isConnected ? .placeTaken : .withNewCredential
        }
    }
}

extension FleetState {
    /// Those of a host's containers that are not its own: its agent ends them before it is told anything else.
    ///
    /// A host that was readmitted keeps nothing that is not recorded as its own. Any other keeps what the fleet does not know,
    /// since the ledger may be an older one than the containers, what a move from it or to it is about, and what is stranded.
    /// A container that is at rest or is being started elsewhere is not its own: the next start would make it two.
    package func foreign(among containers: [ContainerName], on host: HostName) -> [ContainerName] {
        // Nearly all of them are there, and to look each up in the whole fleet takes long where a large one enrols at once.
        let own = index.containersByHost[host] ?? []
        return containers.filter { name in
            guard !own.contains(name) else { return false }
            guard let container = self.containers[name] else { return hosts[host]?.loss != nil }
            if hosts[host]?.loss != nil { return true }
            if let move = openRelocation(of: name) { return move.source != host && move.destination != host }
            // Where a move has failed at both ends, it is not known what of it is left where.
            if case .stranded = container.state { return false }
            return true
        }
    }
}
