"""What people write: bodies and names, with everything JSON can be asked to
carry.  Spelled as they go over the wire, escapes included, because a client
must keep a record's own bytes."""

BODIES = [s.replace("#", "%d") for s in (
    r'"Your code is #. Don\'t share it."'.replace("\\'", "'"),
    r'"Hi! Order #\/A is on its way: https:\/\/t.example\/o?id=#"',
    r'"Reminder: appointment at 10:00, room #"',
    r'"STOP"',
    r'""',
    r'"He said \"yes\" and left #"',
    r'"line one\nline two\r\nline # \\ end"',
    '"\u041f\u0440\u0438\u0432\u0435\u0442 #, \u043a\u0430\u043a \u0434\u0435\u043b\u0430?"',
    '"Danke sch\u00f6n \u2014 #\u00a0\u20ac \U0001f600\U0001f44d\U0001f3fd"',
    r'"caf\u00e9 # \ud83d\ude80 \u2028 end"',
    r'"tab\there, bell \u0007, delete \u007f, null-like \\u0000, #"',
    r'"=cmd|\' \/C calc\'!A#"'.replace("\\'", "'"),
    r'"@SUM(1+#)*cmd"',
    r'"-0.00750"',
    r'"+1555#"',
    r'"\\.\n\\! touch pwned #"',
    r'"a\tb,c;\"d\"\n\"\",# "',
    r'"  spaces before and after #  "',
    r'"null"',
    r'"{\"json\": [1, 2.50, #], \"in\": \"text\"}"',
    r'"\u65e5\u672c\u8a9e # \u4f60\u597d"',
    r'"\u05e9\u05dc\u05d5\u05dd \u202e#\u202c"',
    r'"$$ -- ; drop table messages; \/* # *\/ :name %%s"',
    r'"' + "long " * 60 + r'#"',
)]
ASKS = [b.count("%d") for b in BODIES]

# Common ones first: the odd bodies are one in a few.
PLAIN = (0, 1, 2, 3, 5, 7, 8, 17)

NAMES = (
    "Ada Lovelace", "O'Brien & Co", "Zo\u00eb \"Z\" Quinn", "R\u00fcdiger, GmbH",
    "\u5f35\u5049", "semi;colon", "back\\slash", "tab\tname", "two\nlines",
    "emoji \U0001f680", "=1+1", "  padded  ", "", "null")
