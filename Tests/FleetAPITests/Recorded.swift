import FleetModel
import Foundation
import Testing

/// Answers as the control plane gave them before each had a type of its own, one file for each shape. What clients were
/// promised then holds on: a field that was `null` is `null`, and one that was not there is not there.
enum Recorded {
    /// The answers of a shape.
    static func answers(_ shape: String) throws -> [JSONValue] {
        let file = try #require(Bundle.module.url(forResource: shape, withExtension: "json", subdirectory: "Recorded"))
        return try FleetJSON.decode([JSONValue].self, from: [UInt8](Data(contentsOf: file)))
    }

    /// Reads each answer as its shape and writes it again.
    static func check<Shape: Codable & Equatable>(_ type: Shape.Type, _ name: String) throws {
        let answers = try answers(name)
        #expect(!answers.isEmpty)
        for answer in answers {
            let shape = try FleetJSON.decode(type, from: try FleetJSON.encode(answer))
            #expect(try JSONValue(encoding: shape) == answer)
            #expect(try copy(shape) == shape)
        }
    }

    /// What comes of a value on its way.
    static func copy<Shape: Codable>(_ value: Shape) throws -> Shape {
        try FleetJSON.decode(Shape.self, from: try FleetJSON.encode(value))
    }
}
