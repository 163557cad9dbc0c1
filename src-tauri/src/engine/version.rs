//! Which of two versions is older.

/// Whether `version` came before `other`. What can't be read as three numbers is not called older: the engine that runs is left alone then.
pub(crate) fn is_older(version: &str, other: &str) -> bool {
    match (numbers(version), numbers(other)) {
        (Some(version), Some(other)) => version < other,
        _ => false,
    }
}

fn numbers(version: &str) -> Option<[u32; 3]> {
    let released = version.split(['-', '+']).next()?;
    let mut numbers = released.split('.').map(|number| number.parse().ok());
    let three = [numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(three)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_numbers_and_not_letters() {
        assert!(is_older("0.9.0", "0.10.0"));
        assert!(is_older("0.1.0", "1.0.0"));
        assert!(!is_older("0.1.0", "0.1.0"));
        assert!(!is_older("0.2.0", "0.1.9"));
    }

    #[test]
    fn what_it_can_t_read_is_not_older() {
        assert!(!is_older("nightly", "0.1.0"));
        assert!(!is_older("0.1", "0.2.0"));
        assert!(!is_older("0.1.0.1", "0.2.0"));
    }
}
