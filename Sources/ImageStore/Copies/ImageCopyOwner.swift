import FleetModel

/// Whose copy of an image it is. Nobody else's containers read its files, so none of them finds in the host's page cache what
/// those have used.
public enum ImageCopyOwner: Sendable, Hashable {
    /// All containers of a tenant.
    case tenant(TenantName)
    /// One container.
    case container(ContainerName)

    /// Who has the copy that a container uses; `nil` when it uses the image itself, with everybody else.
    public init?(of spec: ContainerSpec) {
        switch spec.imageSharing {
        case .fleet: return nil
        case .tenant: self = .tenant(spec.tenant)
        case .none: self = .container(spec.name)
        }
    }

    /// The name of the copy's directory.
    var fileName: String {
        switch self {
        case .tenant(let name): "tenant-\(name)"
        case .container(let name): "container-\(name)"
        }
    }

    /// Takes the name of a directory, `nil` when it is not one that `fileName` gives.
    init?(fileName: String) {
        let parts = fileName.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        // No name, no owner.
        switch parts.first {
        case "tenant" where parts.count == 2:
            guard let name = try? TenantName(String(parts[1])) else { return nil }
            self = .tenant(name)
        case "container" where parts.count == 2:
            guard let name = try? ContainerName(String(parts[1])) else { return nil }
            self = .container(name)
        default: return nil
        }
    }
}

/// A copy of an image.
public struct ImageCopy: Sendable, Hashable {
    /// Of which image.
    public var digest: ImageDigest
    /// Whose.
    public var owner: ImageCopyOwner
}
