//! Which file of each picture goes along, so that all of them together are small enough; pure.

/// All pictures that go along with one edition have no more octets than these, before they are encoded for mail.
pub(super) const MAX_TOTAL_SIZE: usize = 1_000_000;

/// Chooses one of the files of each picture, whose sizes in octets stand in `all_sizes`, the largest first.
///
/// The largest choice gives way first. Where even the smallest files are too many, the last pictures get none.
pub(super) fn choose(all_sizes: &[Vec<usize>], budget: usize) -> Vec<Option<usize>> {
    let mut chosen: Vec<Option<usize>> = all_sizes.iter().map(|files| (!files.is_empty()).then_some(0)).collect();
    loop {
        let size = |index: usize| chosen[index].map_or(0, |choice| all_sizes[index][choice]);
        if (0..all_sizes.len()).map(size).sum::<usize>() <= budget {
            return chosen;
        }
        let has_smaller = |index: &usize| chosen[*index].is_some_and(|choice| choice + 1 < all_sizes[*index].len());
        match (0..all_sizes.len()).filter(has_smaller).max_by_key(|index| size(*index)) {
            Some(largest) => chosen[largest] = chosen[largest].map(|choice| choice + 1),
            None => match chosen.iter().rposition(Option::is_some) {
                Some(last) => chosen[last] = None,
                None => return chosen,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_gives_way_first_and_the_last_is_dropped_first() {
        #[track_caller]
        fn check(all_sizes: &[&[usize]], budget: usize, expect: &[Option<usize>]) {
            let all_sizes: Vec<Vec<usize>> = all_sizes.iter().map(|files| files.to_vec()).collect();
            assert_eq!(choose(&all_sizes, budget), expect);
        }
        check(&[&[5, 2], &[4]], 9, &[Some(0), Some(0)]);
        check(&[&[5, 2], &[4]], 8, &[Some(1), Some(0)]);
        check(&[&[5, 2], &[9, 4, 1]], 9, &[Some(0), Some(1)]);
        check(&[&[5, 2], &[4], &[3]], 6, &[Some(1), Some(0), None]);
        check(&[&[], &[4]], 3, &[None, None]);
        check(&[], 0, &[]);
    }
}
