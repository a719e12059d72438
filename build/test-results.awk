# Reads a .trx file (XML, as dotnet test writes it): prints failed and skipped tests with their messages, and writes
# "passed failed skipped" into the file named by the variable counts.
# RS is "<": each record is one tag and the text that follows it.
BEGIN { RS = "<" }

function unescape(text) {
    gsub(/&#x[dD];/, "", text); gsub(/&#x[aA];/, "\n", text)
    gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text); gsub(/&apos;/, "'", text); gsub(/&amp;/, "\\&", text)
    return text
}
function attribute(name,    rest) {
    if (!match($0, "[ \t\n]" name "=\"")) return ""
    rest = substr($0, RSTART + RLENGTH)
    return unescape(substr(rest, 1, index(rest, "\"") - 1))
}
function text(    start) {
    start = index($0, ">")
    return unescape(substr($0, start + 1))
}
function indent(lines) {
    sub(/^[ \t\r\n]+/, "", lines); sub(/[ \t\r\n]+$/, "", lines); gsub(/\r/, "", lines); gsub(/\n/, "\n        ", lines)
    return lines
}
function report() {
    if (outcome == "Passed") passed++
    else if (outcome == "NotExecuted" || outcome == "Inconclusive" || outcome == "Pending" || outcome == "None") {
        skipped++
        printf "   SKIPPED %s\n        %s\n", name, message == "" ? "(no reason given)" : indent(message)
    } else {
        failed++
        printf "   FAILED  %s\n        %s\n", name, indent(message)
        if (stack != "") printf "        %s\n", indent(stack)
    }
    outcome = ""
}

/^UnitTestResult[ \t\n]/ {
    name = attribute("testName"); outcome = attribute("outcome"); message = ""; stack = ""
    if ($0 ~ /\/>[ \t\r\n]*$/) report()
}
/^ErrorInfo>/ { in_error = 1 }
/^\/ErrorInfo>/ { in_error = 0 }
in_error && /^Message>/ { message = text() }
in_error && /^StackTrace>/ { stack = text() }
/^\/UnitTestResult>/ { report() }

END { printf "%d %d %d\n", passed, failed, skipped > counts }
