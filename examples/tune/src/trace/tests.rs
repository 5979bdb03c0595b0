//! Lines as people have them, good and bad.

use super::{Call, Outcome, Reading, Trace, Unit};

const READING: Reading = Reading { time_unit: Unit::S, duration_unit: Unit::S, skip_bad: false };

fn calls(bytes: &[u8], reading: Reading) -> Result<Vec<Call>, String> {
    let mut trace = Trace::new(bytes, reading);
    let mut calls = Vec::new();
    while let Some(call) = trace.next_call().map_err(|error| error.to_string())? {
        calls.push(call);
    }
    Ok(calls)
}

fn bad(bytes: impl AsRef<[u8]>) -> String {
    calls(bytes.as_ref(), READING).unwrap_err()
}

#[test]
fn both_forms_say_the_same() {
    let call = |at, outcome, lasts| Call { at, lasts, outcome };
    let expected =
        [call(1_500_000, Outcome::Good, 80_000), call(2_000_000, Outcome::Failed, 2_000_000)];
    let forms: [&[u8]; 6] = [
        b"1.5,ok,0.08\n2,error,2\n",
        b"\xEF\xBB\xBFtime,outcome,duration\r\n1.5,ok,0.08\r\n2,error,2",
        b"duration,host,time,outcome\n80ms,\"a, b\",1.5,ok\n2s,c,2.0,\"error\"\n",
        b"{\"time\":1.5,\"outcome\":\"ok\",\"duration\":0.08,\"host\":\"a\"}\n{\"outcome\":503,\"duration\":\"2s\",\"time\":2}",
        b"1.5,200,8e-2\n2e0,500,2000ms\n",
        b"{\"time\":1.5,\"outcome\":true,\"duration\":0.08}\n2,false,2\n",
    ];
    for form in forms {
        assert_eq!(calls(form, READING).unwrap(), expected, "{}", form.escape_ascii());
    }
}

#[test]
fn units_and_dates() {
    let reading = Reading { time_unit: Unit::Ms, duration_unit: Unit::Us, skip_bad: false };
    let read = calls(b"1500.25,ok,80\n", reading).unwrap();
    assert_eq!((read[0].at, read[0].lasts), (1_500_250, 80));
    let read =
        calls(b"2026-11-24T10:00:00.25Z,ok,1ms\n2026-11-24T10:00:01Z,ok,0", READING).unwrap();
    assert_eq!((read[1].at - read[0].at, read[1].lasts), (750_000, 0));
}

#[test]
fn a_bad_line_is_named_with_what_stands_there() {
    for (trace, said) in [
        (
            "1,ok,1\n2,oops,1\n",
            "line 2: outcome is \"oops\", must be ok, error, fatal, ignored, or a status of HTTP; it reads: 2,oops,1",
        ),
        (
            "2,ok,1\n1.5,ok,1\n",
            "line 2: time goes back by 500ms, behind line 1; it reads: 1.5,ok,1",
        ),
        ("1,ok,-3\n", "line 1: duration is \"-3\", must not be negative; it reads: 1,ok,-3"),
        ("1,ok\n", "line 1: has 2 columns, must have 3: time, outcome, duration; it reads: 1,ok"),
        ("1,ok,1\n\n", "line 2: is empty; it reads: (nothing)"),
        (
            "{\"time\":1}\n",
            "line 1: is no JSON of a call: missing field `outcome`, at column 10; it reads: {\"time\":1}",
        ),
        ("time,duration\n", "line 1: names no column outcome; it reads: time,duration"),
        (
            "-1,ok,1\n",
            "line 1: time is \"-1\", must be a number from 0, such as 12.5, or a time of RFC 3339 in UTC; it reads: -1,ok,1",
        ),
        (
            "NaN,ok,1\n",
            "line 1: time is \"NaN\", must be a number from 0, such as 12.5, or a time of RFC 3339 in UTC; it reads: NaN,ok,1",
        ),
        (
            "1764000000000,ok,1\n",
            "line 1: time is \"1764000000000\", which is more than 280 years; it reads: 1764000000000,ok,1",
        ),
        (
            "1,ok,99999999999999999999\n",
            "line 1: duration is \"99999999999999999999\", which is more than 31 days; it reads: 1,ok,99999999999999999999",
        ),
    ] {
        assert_eq!(bad(trace), said);
    }
    assert!(bad("1,rejected,0\n").contains("a breaker was there already"));
    assert_eq!(
        bad(b"1,ok,1\n2,\xFF\xFE,1\n"),
        "line 2: is not UTF-8 from byte 3; it reads: 2,\\xff\\xfe,1"
    );
    let long = bad("1,ok,1\n".to_owned() + &"9".repeat(1 << 20) + "\n2,ok,1\n");
    assert!(long.starts_with("line 2: is longer than 65536 bytes; it reads: 999"), "{long}");
    assert!(long.len() < 300);
}

#[test]
fn bad_lines_may_be_counted_instead() {
    let mut bytes = b"1,ok,1\n0.5,ok,1\nx\n\n2,\xFF,1\n".to_vec();
    bytes.extend(vec![b'9'; 1 << 18]);
    bytes.extend(b"\n3,error,1");
    let mut trace = Trace::new(&bytes[..], Reading { skip_bad: true, ..READING });
    let mut calls = 0;
    while trace.next_call().unwrap().is_some() {
        calls += 1;
    }
    assert_eq!((calls, trace.bad, trace.number, trace.bytes), (2, 5, 7, bytes.len() as u64));
    assert_eq!(trace.first_bad.unwrap().number, 2);
}
