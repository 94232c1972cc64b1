//! Least squares and logistic regression with a penalty, and the interval of a mean.

/// Logistic regression, by Newton's method.
#[derive(Default)]
pub struct Logistic<const N: usize> {
    rows: Vec<([f64; N], bool)>,
}

impl<const N: usize> Logistic<N> {
    pub fn learn(&mut self, facts: [f64; N], is: bool) {
        self.rows.push((facts, is));
    }

    pub fn solve(&self) -> [f64; N] {
        let mut weights = [0.0; N];
        for _ in 0..8 {
            let mut slope = [0.0; N];
            let mut curve = vec![[0.0; N]; N];
            for (facts, is) in &self.rows {
                let sum: f64 = facts.iter().zip(&weights).map(|(fact, weight)| fact * weight).sum();
                let likely = 1.0 / (1.0 + (-sum).exp());
                let error = f64::from(u8::from(*is)) - likely;
                let spread = likely * (1.0 - likely);
                for i in (0..N).filter(|i| facts[*i] != 0.0) {
                    slope[i] += error * facts[i];
                    for j in 0..=i {
                        curve[i][j] += spread * facts[i] * facts[j];
                    }
                }
            }
            for i in 0..N {
                slope[i] -= weights[i];
                curve[i][i] += 1.0;
            }
            let step = solve(curve, slope);
            for i in 0..N {
                weights[i] += step[i];
            }
        }
        weights
    }
}

/// Least squares within groups: what is learnt is by how much one member of a group is better than the others.
pub struct Ridge<const N: usize> {
    products: Vec<[f64; N]>,
    targets: [f64; N],
    groups: f64,
}

impl<const N: usize> Default for Ridge<N> {
    fn default() -> Self {
        Self { products: vec![[0.0; N]; N], targets: [0.0; N], groups: 0.0 }
    }
}

impl<const N: usize> Ridge<N> {
    /// Learns one group: the facts of its members and how good each is.
    pub fn learn(&mut self, facts: &[[f32; N]], good: &[f64]) {
        if facts.len() < 2 {
            return;
        }
        let count = facts.len() as f64;
        let mut middle = [0.0; N];
        for facts in facts {
            for (sum, fact) in middle.iter_mut().zip(facts) {
                *sum += f64::from(*fact) / count;
            }
        }
        let good_middle = mean(good);
        for (facts, good) in facts.iter().zip(good) {
            let mut away = [0.0; N];
            for i in 0..N {
                away[i] = f64::from(facts[i]) - middle[i];
            }
            for i in (0..N).filter(|i| away[*i] != 0.0) {
                self.targets[i] += away[i] * (good - good_middle) / count;
                let share = away[i] / count;
                for (sum, other) in self.products[i][..=i].iter_mut().zip(&away) {
                    *sum += share * other;
                }
            }
        }
        self.groups += 1.0;
    }

    /// The weights, with `penalty` on those of facts scaled to one deviation.
    pub fn solve(&self, penalty: f64) -> [f64; N] {
        let scale: Vec<f64> = (0..N).map(|i| (self.products[i][i] / self.groups).sqrt().max(1e-9)).collect();
        let mut products = self.products.clone();
        let mut targets = self.targets;
        for i in 0..N {
            for j in 0..=i {
                products[i][j] /= self.groups * scale[i] * scale[j];
            }
            targets[i] /= self.groups * scale[i];
            products[i][i] += penalty;
        }
        let mut weights = solve(products, targets);
        for i in 0..N {
            weights[i] /= scale[i];
        }
        weights
    }
}

/// Solves a symmetric positive system, of which the lower half is given, by Cholesky's method.
fn solve<const N: usize>(mut matrix: Vec<[f64; N]>, mut right: [f64; N]) -> [f64; N] {
    for i in 0..N {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|k| matrix[i][k] * matrix[j][k]).sum();
            matrix[i][j] =
                if i == j { (matrix[i][i] - sum).max(1e-12).sqrt() } else { (matrix[i][j] - sum) / matrix[j][j] };
        }
    }
    for i in 0..N {
        let sum: f64 = (0..i).map(|k| matrix[i][k] * right[k]).sum();
        right[i] = (right[i] - sum) / matrix[i][i];
    }
    for i in (0..N).rev() {
        let sum: f64 = (i + 1..N).map(|k| matrix[k][i] * right[k]).sum();
        right[i] = (right[i] - sum) / matrix[i][i];
    }
    right
}

pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The mean with the interval that holds it with 95 % likelihood.
pub fn interval(values: &[f64]) -> String {
    let middle = mean(values);
    let spread: f64 = values.iter().map(|value| (value - middle).powi(2)).sum();
    let error = 1.96 * (spread / (values.len().max(2) - 1) as f64 / values.len().max(1) as f64).sqrt();
    format!("{middle:.2} [{:.1}, {:.1}]", middle - error, middle + error)
}
