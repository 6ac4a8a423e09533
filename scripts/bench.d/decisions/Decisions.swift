import FleetCore
import FleetModel
import Foundation
import MovingTarget

/// `decisions decisions|moves HOSTS CLASSES RULE SECONDS`: how many placement decisions a second one thread makes of the state
/// of a fleet, alone or with all that a move changes in it, printed as a number.
@main
enum Decisions {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 6, ["decisions", "moves"].contains(arguments[1]), let count = Int(arguments[2]),
            let classes = Int(arguments[3]), let rule = DrawRule(rawValue: arguments[4]),
            let seconds = Double(arguments[5])
        else {
            FileHandle.standardError.write(
                Data("usage: decisions decisions|moves HOSTS CLASSES RULE SECONDS\n".utf8))
            exit(64)
        }
        var fleet = try BenchFleet(hosts: count, classes: classes, rule: rule)
        var decisions = 0
        let clock = ContinuousClock()
        let start = clock.now
        while clock.now - start < .seconds(seconds) {
            for _ in 0..<50 {
                try fleet.decide((decisions * 7919) % fleet.names.count, moves: arguments[1] == "moves")
                decisions += 1
            }
        }
        print(Int((Double(decisions) / ((clock.now - start) / .seconds(1))).rounded()))
    }
}
