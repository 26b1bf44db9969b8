-- What SQL alone does otherwise than `dictionary` does, said as `dictionary` says it. {S} is the schema that all environments of a database share.
-- `tests/conformance/agreement.rs` holds these against the functions in memory.

-- Letters that fold, lower or raise to something else. Written by the program that made this schema, from its own rules.
CREATE TABLE {S}.letters (letter text COLLATE "C" PRIMARY KEY, folded text NOT NULL, lowered text NOT NULL, raised text NOT NULL);
-- For the final sigma: c a letter with case, i one that is overlooked beside it.
CREATE TABLE {S}.kinds (letter text COLLATE "C" PRIMARY KEY, kind text NOT NULL);
-- Characters that are white space.
CREATE TABLE {S}.blanks (blanks text NOT NULL);
CREATE TABLE {S}.vat_shapes (country text NOT NULL, shape text NOT NULL);
CREATE TABLE {S}.iban_lengths (country text PRIMARY KEY, length integer NOT NULL);

-- Texts. Letters are looked up one by one: a join would read the whole table for each text.

CREATE FUNCTION {S}.fold_each(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT coalesce(string_agg(coalesce((SELECT l.folded FROM {S}.letters l WHERE l.letter = c.letter COLLATE "C"), c.letter), '' ORDER BY c.place), '')
  FROM string_to_table(t, NULL) WITH ORDINALITY AS c(letter, place) $$;

-- The letters of western Europe at once, others one by one.
CREATE FUNCTION {S}.fold(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN octet_length(plain) = length(plain) THEN lower(plain COLLATE "C") ELSE {S}.fold_each(t) END
  FROM translate(t, '{LETTERS}', '{FOLDED}') AS plain $$;

CREATE FUNCTION {S}.upper(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN octet_length(t) = length(t) THEN upper(t COLLATE "C") ELSE
    (SELECT coalesce(string_agg(coalesce((SELECT l.raised FROM {S}.letters l WHERE l.letter = c.letter COLLATE "C"), c.letter), '' ORDER BY c.place), '')
     FROM string_to_table(t, NULL) WITH ORDINALITY AS c(letter, place)) END $$;

-- A capital sigma that ends a word lowers to another letter than one within.
CREATE FUNCTION {S}.lower(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN octet_length(t) = length(t) THEN lower(t COLLATE "C") ELSE
    (WITH c AS (
       SELECT c.letter, c.place::integer AS place,
         coalesce((SELECT l.lowered FROM {S}.letters l WHERE l.letter = c.letter COLLATE "C"), c.letter) AS lowered,
         CASE WHEN strpos(t, 'Σ') > 0 THEN coalesce((SELECT k.kind FROM {S}.kinds k WHERE k.letter = c.letter COLLATE "C"), 'o') ELSE 'o' END AS kind
       FROM string_to_table(t, NULL) WITH ORDINALITY AS c(letter, place)),
     word AS (SELECT string_agg(kind, '' ORDER BY place) AS kinds FROM c)
     SELECT coalesce(string_agg(CASE WHEN letter = 'Σ' AND left(kinds, place - 1) ~ 'ci*$' AND substr(kinds, place + 1) !~ '^i*c'
       THEN 'ς' ELSE lowered END, '' ORDER BY place), '') FROM c, word) END $$;

CREATE FUNCTION {S}.trim(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT btrim(t, blanks) FROM {S}.blanks $$;

CREATE FUNCTION {S}.part_of(t text, start bigint, length bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN t IS NULL OR start IS NULL OR length IS NULL THEN NULL ELSE
    substr(t, least(greatest(start, 1), 1000000000)::integer,
      least(greatest(start::numeric + greatest(length, 0) - greatest(start, 1), 0), 1000000000)::integer) END $$;

CREATE FUNCTION {S}.compact(t text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT translate(t, blanks, '') FROM {S}.blanks $$;

-- Numbers: exact in 96 bits and 28 decimals, or null.

CREATE FUNCTION {S}.mantissa(n numeric) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT abs(n) * ('1e' || min_scale(n))::numeric $$;

CREATE FUNCTION {S}.exact(n numeric) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN min_scale(n) <= 28 AND {S}.mantissa(n) < 79228162514264337593543950336 THEN trim_scale(n) END $$;

CREATE FUNCTION {S}.whole(n numeric) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN n = trunc(n) AND n BETWEEN -9223372036854775808 AND 9223372036854775807 THEN n::bigint END $$;

CREATE FUNCTION {S}.sum_of(a numeric, b numeric) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN greatest(abs(a), abs(b)) * ('1e' || greatest(min_scale(a), min_scale(b)))::numeric < 170141183460469231731687303715884105728
    THEN {S}.exact(a + b) END $$;

CREATE FUNCTION {S}.product(a numeric, b numeric) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN {S}.mantissa(a) * {S}.mantissa(b) < 170141183460469231731687303715884105728 THEN {S}.exact(a * b) END $$;

CREATE FUNCTION {S}.remainder(a numeric, b numeric) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN greatest(abs(a), abs(b)) * ('1e' || greatest(min_scale(a), min_scale(b)))::numeric < 170141183460469231731687303715884105728
    THEN {S}.exact(mod(a, nullif(b, 0))) END $$;

-- Ten decimals, half to even.
CREATE FUNCTION {S}.quotient(a numeric, b numeric) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN abs(u) < 170141183460469231731687303715884105728 THEN {S}.exact(u * 0.0000000001) END FROM (
    SELECT CASE WHEN 2 * abs(r) > abs(b) OR (2 * abs(r) = abs(b) AND mod(q, 2) <> 0) THEN q + sign(a) * sign(b) ELSE q END AS u FROM (
      SELECT div(a * 10000000000, nullif(b, 0)) AS q, mod(a * 10000000000, nullif(b, 0)) AS r) divided) rounded $$;

CREATE FUNCTION {S}.half_even(n numeric) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT {S}.whole(CASE WHEN abs(n - trunc(n)) > 0.5 OR (abs(n - trunc(n)) = 0.5 AND mod(trunc(n), 2) <> 0)
    THEN trunc(n) + sign(n) ELSE trunc(n) END) $$;

CREATE FUNCTION {S}.round_to(n numeric, places bigint) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN places >= 0 THEN round(n, least(places, 28)::integer) WHEN places < -38 THEN 0
    ELSE {S}.exact(round(trunc(n), places::integer)) END $$;

-- A coordinate as the decimal that expressions see.
CREATE FUNCTION {S}.degrees(packed jsonb, place integer) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT trim_scale(to_char((packed ->> place)::double precision, 'FM9999990.0000000')::numeric) $$;

-- Metres over a sphere: the steps of `dictionary::sphere`, in its order, on doubles.

CREATE FUNCTION {S}.sine(x double precision) RETURNS double precision LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE z CONSTANT double precision := x * x;
BEGIN
  RETURN x * (1 - z / 6 * (1 - z / 20 * (1 - z / 42 * (1 - z / 72 * (1 - z / 110 * (1 - z / 156 * (1 - z / 210 * (1 - z / 272 * (1 - z / 342 * (1 - z / 420 * 1))))))))));
END $$;

CREATE FUNCTION {S}.arc_sine_of_half(x double precision) RETURNS double precision LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE z CONSTANT double precision := x * x;
BEGIN
  RETURN x + x * (z * (0.16666666666666666 + z * (-0.3255658186224009 + z * (0.20121253213486293 + z * (-0.04005553450067941 + z * (0.0007915349942898145 + z * 3.479331075960212e-05)))))
    / (1 + z * (-2.403394911734414 + z * (2.0209457602335057 + z * (-0.6882839716054533 + z * 0.07703815055590194)))));
END $$;

CREATE FUNCTION {S}.distance(north_a double precision, east_a double precision, north_b double precision, east_b double precision) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  unit CONSTANT double precision := 0.017453292519943295;
  apart CONSTANT double precision := abs(east_b - east_a) * 0.5;
  half_north CONSTANT double precision := {S}.sine(abs(north_b - north_a) * 0.5 * unit);
  half_east CONSTANT double precision := {S}.sine(CASE WHEN apart > 90 THEN 180 - apart ELSE apart END * unit);
  half_chord CONSTANT double precision := sqrt(least(half_north * half_north
    + {S}.sine((90 - abs(north_a)) * unit) * {S}.sine((90 - abs(north_b)) * unit) * (half_east * half_east), 1));
BEGIN
  RETURN floor(2 * 6371008.8 * CASE WHEN half_chord <= 0.5 THEN {S}.arc_sine_of_half(half_chord)
    ELSE 1.5707963267948966 - 2 * {S}.arc_sine_of_half(sqrt((1 - half_chord) * 0.5)) END + 0.5);
END $$;

CREATE FUNCTION {S}.distance(a jsonb, b jsonb) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT {S}.distance((a ->> 0)::double precision, (a ->> 1)::double precision, (b ->> 0)::double precision, (b ->> 1)::double precision) $$;

-- Days and instants: years 1 to 9999.

CREATE FUNCTION {S}.day(n numeric) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN n BETWEEN -719162 AND 2932896 THEN date '1970-01-01' + n::integer END $$;

CREATE FUNCTION {S}.moved_day(d date, seconds bigint) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN seconds % 86400 = 0 THEN {S}.day((d - date '1970-01-01') + seconds / 86400) END $$;

-- Seconds since 1970 as an instant, as far as the last that a program can hold.
CREATE FUNCTION {S}.instant(n numeric) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN n < 253402207201 AND n >= -377705023201 THEN timestamptz '1970-01-01 00:00:00+00'
    + floor(n)::double precision * interval '1 second' + ((n - floor(n)) * 1000000)::double precision * interval '1 microsecond' END $$;

CREATE FUNCTION {S}.moved(t timestamptz, seconds bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN extract(epoch FROM t) + seconds >= -62135596800 THEN {S}.instant(extract(epoch FROM t) + seconds) END $$;

-- Place of a second among changes of hour that repeat every 400 years after 2100.
CREATE FUNCTION {S}.offset_at(second bigint, changes bigint[], offsets integer[]) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT offsets[width_bucket(CASE WHEN second >= 4102617600 THEN 4102617600 + (second - 4102617600) % 12622780800 ELSE second END, changes) + 1] $$;

CREATE FUNCTION {S}.local(t timestamptz, changes bigint[], offsets integer[]) RETURNS timestamp LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT (t AT TIME ZONE 'UTC') + {S}.offset_at(floor(extract(epoch FROM t))::bigint, changes, offsets) * interval '1 second' $$;

CREATE FUNCTION {S}.local_day(t timestamptz, changes bigint[], offsets integer[]) RETURNS date LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN l >= timestamp '0001-01-01' THEN l::date END FROM (SELECT {S}.local(t, changes, offsets) AS l) l $$;

-- The instant at which a day starts: `changes` are in local time, each at the later of its two clocks.
CREATE FUNCTION {S}.first_instant(d date, changes bigint[], offsets integer[]) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT {S}.instant(second - {S}.offset_at(second, changes, offsets)) FROM (SELECT (d - date '1970-01-01') * 86400::bigint AS second) s $$;

-- Values as texts.

CREATE FUNCTION {S}.text_of(t timestamptz) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
    || CASE micros WHEN '000000' THEN '' ELSE '.' || rtrim(micros, '0') END || 'Z'
  FROM (SELECT to_char(t AT TIME ZONE 'UTC', 'US') AS micros) m $$;

CREATE FUNCTION {S}.duration_text(seconds bigint) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN seconds < 0 THEN '-PT' ELSE 'PT' END
    || CASE WHEN h > 0 THEN h || 'H' ELSE '' END || CASE WHEN m > 0 THEN m || 'M' ELSE '' END || CASE WHEN s > 0 OR n = 0 THEN s || 'S' ELSE '' END
  FROM (SELECT n, div(n, 3600) AS h, mod(div(n, 60), 60) AS m, mod(n, 60) AS s FROM (SELECT abs(seconds::numeric) AS n) n) parts $$;

-- Identifiers.

CREATE FUNCTION {S}.luhn_sum(digits text) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN digits ~ '^[0-9]*$' THEN (SELECT coalesce(sum(CASE WHEN place % 2 = 1 THEN d ELSE d * 2 / 10 + d * 2 % 10 END), 0)
    FROM (SELECT letter::integer AS d, place FROM string_to_table(reverse(digits), NULL) WITH ORDINALITY AS c(letter, place)) d) END $$;

CREATE FUNCTION {S}.luhn(t text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT c <> '' AND coalesce({S}.luhn_sum(c) % 10 = 0, false) FROM (SELECT {S}.compact(t) AS c) c $$;

CREATE FUNCTION {S}.is_siren(t text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT c ~ '^[0-9]{9}$' AND {S}.luhn(c) FROM (SELECT {S}.compact(t) AS c) c $$;

CREATE FUNCTION {S}.is_siret(t text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN c ~ '^[0-9]{14}$' AND {S}.is_siren(left(c, 9)) THEN {S}.luhn(c)
    OR (left(c, 9) = '356000000' AND (SELECT sum(d::integer) % 5 = 0 FROM string_to_table(c, NULL) AS d)) ELSE false END
  FROM (SELECT {S}.compact(t) AS c) c $$;

CREATE FUNCTION {S}.is_vat(t text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN octet_length(c) <> length(c) OR length(c) < 4 THEN false
    WHEN left(c, 2) = 'FR' THEN length(c) = 13 AND {S}.is_siren(substr(c, 5)) AND CASE
      WHEN substr(c, 3, 2) ~ '^([0-9]|\+)[0-9]$' THEN substr(c, 3, 2)::integer = (12 + 3 * (substr(c, 5)::integer % 97)) % 97
      ELSE substr(c, 3, 2) ~ '^[0-9A-HJ-NP-Z]{2}$' END
    ELSE EXISTS (SELECT FROM {S}.vat_shapes v WHERE v.country = left(c, 2) AND substr(c, 3) ~ v.shape) END
  FROM (SELECT upper({S}.compact(t) COLLATE "C") AS c) c $$;

CREATE FUNCTION {S}.is_iban(t text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN c ~ '^[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}$'
    AND NOT EXISTS (SELECT FROM {S}.iban_lengths l WHERE l.country = left(c, 2) AND l.length <> length(c))
    THEN (SELECT string_agg((strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', letter) - 1)::text, '' ORDER BY place)::numeric % 97 = 1
      FROM string_to_table(substr(c, 5) || left(c, 4), NULL) WITH ORDINALITY AS l(letter, place)) ELSE false END
  FROM (SELECT upper({S}.compact(t) COLLATE "C") AS c) c $$;
