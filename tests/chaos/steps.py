"""What a run of the product in a process of its own ends in, and the steps that it may die at."""

DONE, TOLD, STEPPED_ASIDE, BROKEN = 0, 3, 4, 70
# Every step of a run by the function that does it: a process dies before or after any of them.
STEPS = {
    "plan written": "abm.activation.planning:_write_plan",
    "plan judged": "abm.activation:guard",
    "run opened": "abm.activation.sending:_begin",
    "audiences known": "abm.activation.sending:store_audiences",
    "batch read": "abm.activation.sending:_read_batch",
    "batch announced": "abm.activation.sending:announce",
    "batch sent": "abm.activation.sending:_answered",
    "ends recorded": "abm.activation.recording:Recorder._execute",
    "batch recorded": "abm.activation.recording:Recorder._write",
    "audience announced": "abm.activation.whole_audiences:announce",
    "audience recorded": "abm.activation.whole_audiences:record_audience",
    "audiences read back": "abm.activation.accounting:_read_back",
    "run finished": "abm.activation.accounting:set_status",
}
OF_WHOLE_AUDIENCES = {"audience announced", "audience recorded"}
OF_ROWS = {"audiences known", "batch read", "batch announced", "batch sent", "ends recorded", "batch recorded"}
