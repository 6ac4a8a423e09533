/// What the ledger keeps beside the changes of the fleet, because it concerns nobody who watches the fleet.
///
/// Notes are committed together with changes and make no event.
public enum FleetNote: Sendable, Hashable {
    /// A host's agent proves with this credential who it is.
    case credential(HostName, SecretHash)
    /// A host's credential proves nothing any more.
    case credentialRevoked(HostName)
    /// No container may be given this address before then. Entries whose time is over go with the next such note.
    case quarantine(IPv4Address, until: Timestamp)
    /// Why a relocation goes where it goes. A later decision of the same relocation replaces an earlier one.
    case decision(RelocationID, PlacementDecision)
}
