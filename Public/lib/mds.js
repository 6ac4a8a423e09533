// Classical multidimensional scaling: a picture in two dimensions whose distances are as near as can be to given ones.
//
// The squared distances are centred in rows and columns; the two largest eigenvectors, found by power iteration, are the
// picture. The start vectors are fixed, so that the same fleet gives the same picture each time.

const ROUNDS = 200;

/**
 * @param {number[][]} distances symmetric, zeros on the diagonal, no gaps
 * @returns {{points: [number, number][], kept: number}} the points, and the share of the variance that they show, 0 to 1
 */
export function scale(distances) {
  const size = distances.length;
  const centred = centre(distances, size);
  let trace = 0;
  for (let row = 0; row < size; row += 1) trace += Math.max(0, centred[row * size + row]);
  const axes = [];
  for (let axis = 0; axis < 2; axis += 1) {
    const { vector, value } = dominant(centred, size, axis);
    const length = Math.sqrt(Math.max(0, value));
    axes.push(vector.map((part) => part * length));
    deflate(centred, size, vector, value);
  }
  const points = Array.from({ length: size }, (_, index) => [axes[0][index], axes[1][index]]);
  const shown = points.reduce((sum, [x, y]) => sum + x * x + y * y, 0);
  return { points, kept: trace > 0 ? Math.min(1, shown / trace) : 0 };
}

/** −½·J·D²·J, row by row in one array. */
function centre(distances, size) {
  const squares = new Float64Array(size * size);
  const means = new Float64Array(size);
  let mean = 0;
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const square = distances[row][column] ** 2;
      squares[row * size + column] = square;
      means[row] += square / size;
    }
    mean += means[row] / size;
  }
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      squares[row * size + column] = -0.5 * (squares[row * size + column] - means[row] - means[column] + mean);
    }
  }
  return squares;
}

function dominant(matrix, size, seed) {
  let vector = Float64Array.from({ length: size }, (_, index) => Math.sin(1 + index * 1.7 + seed * 0.9));
  let value = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const next = new Float64Array(size);
    for (let row = 0; row < size; row += 1) {
      let sum = 0;
      for (let column = 0; column < size; column += 1) sum += matrix[row * size + column] * vector[column];
      next[row] = sum;
    }
    const length = Math.hypot(...next);
    if (length < 1e-12) return { vector: new Float64Array(size), value: 0 };
    for (let row = 0; row < size; row += 1) next[row] /= length;
    const settled = Math.abs(length - Math.abs(value)) < 1e-9 * length;
    vector = next;
    value = length;
    if (settled) break;
  }
  // A negative eigenvalue means that no plane shows these distances; the axis is left empty then.
  let quotient = 0;
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) quotient += vector[row] * matrix[row * size + column] * vector[column];
  }
  if (quotient <= 0) return { vector: new Float64Array(size), value: 0 };
  // Which way an axis points is arbitrary: the first host that is off the middle goes left or up.
  const first = vector.find((part) => Math.abs(part) > 1e-6) ?? 0;
  return { vector: first > 0 ? vector.map((part) => -part) : vector, value: quotient };
}

function deflate(matrix, size, vector, value) {
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) matrix[row * size + column] -= value * vector[row] * vector[column];
  }
}
