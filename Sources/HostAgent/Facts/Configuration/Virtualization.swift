import FleetModel

/// Which kind of virtual machine the host is.
enum Virtualization {
    /// systemd's name of the kind, such as `kvm`, or `none`; `nil` when it cannot be told.
    static func attribute(_ files: FactFiles, processor: ProcessorDescription?) async -> AttributeValue? {
        if let output = await ToolOutput.of("systemd-detect-virt", ["--vm"]), let word = parse(output) {
            return .text(word)
        }
        let word = kind(
            vendor: files.line("/sys/class/dmi/id/sys_vendor"), product: files.line("/sys/class/dmi/id/product_name"),
            hasHypervisor: processor?.hasHypervisor)
        return word.map(AttributeValue.text)
    }

    /// Parses what systemd-detect-virt prints. It ends with status 1 when it prints `none`.
    static func parse(_ output: String) -> String? {
        let word = output.trimmingWhitespace()
        return word.isEmpty || word.contains(where: \.isWhitespace) ? nil : word
    }

    /// The kind by the firmware's tables and the processor's flag. Hypervisors that have no name here stay unknown, QEMU
    /// among them: these tables do not say whether it emulates or uses KVM.
    static func kind(vendor: String?, product: String?, hasHypervisor: Bool?) -> String? {
        let names = [
            ("VMware", "vmware"), ("innotek GmbH", "oracle"), ("Xen", "xen"), ("Bochs", "bochs"),
            ("Parallels", "parallels"), ("BHYVE", "bhyve"), ("Google Compute Engine", "google"), ("KVM", "kvm"),
        ]
        for text in [product, vendor].compactMap(\.self) {
            if let name = names.first(where: { text.hasPrefix($0.0) }) { return name.1 }
        }
        // The same words stand on laptops and on bare metal that is for hire.
        if hasHypervisor == true {
            if vendor == "Microsoft Corporation", product == "Virtual Machine" { return "microsoft" }
            if vendor == "Amazon EC2" { return "amazon" }
            return nil
        }
        return hasHypervisor == false ? "none" : nil
    }
}
