"""What the bot can do about a finding of the review by a press, one file a fix."""

from bot.jobs.fixes.add_cors import ADD_CORS
from bot.jobs.fixes.audited_alone import AUDITED_ALONE_FIX
from bot.jobs.fixes.drop_lines import DROP_LINES
from bot.jobs.fixes.drop_repeats import DROP_REPEATS
from bot.jobs.fixes.fix import Fix
from bot.jobs.fixes.make_bucket import MAKE_BUCKET_FIX
from bot.jobs.fixes.to_examples import TO_EXAMPLES_FIX

FIXES: dict[str, Fix] = {
    fix.name: fix
    for fix in (
        DROP_LINES,
        DROP_REPEATS,
        ADD_CORS,
        MAKE_BUCKET_FIX,
        TO_EXAMPLES_FIX,
        AUDITED_ALONE_FIX,
    )
}
