/// Labels one below the other, each as near as can be to the place that it belongs to.
struct LabelColumn {
    /// A label.
    struct Label {
        /// Where it belongs.
        let anchor: Double
        /// How high it is.
        let height: Double
    }

    /// The middle of each label, in the order in which they were given.
    let middles: [Double]

    /// - Parameters:
    ///   - range: what they should stay within; they begin at its top if they are too many.
    init(_ labels: [Label], within range: ClosedRange<Double>) {
        var blocks: [Block] = []
        for number in labels.indices.sorted(by: { (labels[$0].anchor, $0) < (labels[$1].anchor, $1) }) {
            var block = Block(number, labels[number])
            block.settle(within: range)
            while let last = blocks.last, last.top + last.height > block.top {
                block = last.followed(by: block)
                block.settle(within: range)
                blocks.removeLast()
            }
            blocks.append(block)
        }
        var middles = labels.map(\.anchor)
        for block in blocks {
            var top = block.top
            for number in block.members {
                middles[number] = top + labels[number].height / 2
                top += labels[number].height
            }
        }
        self.middles = middles
    }

    /// Labels that touch each other.
    private struct Block {
        var members: [Int]
        var height: Double
        /// The sum of where its members would have its top.
        var wishes: Double
        var top = 0.0

        init(_ number: Int, _ label: Label) {
            members = [number]
            height = label.height
            wishes = label.anchor - label.height / 2
        }

        func followed(by next: Block) -> Block {
            var block = self
            block.members += next.members
            block.wishes += next.wishes - Double(next.members.count) * height
            block.height += next.height
            return block
        }

        mutating func settle(within range: ClosedRange<Double>) {
            let wish = wishes / Double(members.count)
            top = max(range.lowerBound, min(wish, range.upperBound - height))
        }
    }
}
