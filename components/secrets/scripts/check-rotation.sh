#!/bin/sh
# Fails when a secret of $ENVIRONMENT is not rotated as it should be, and says which. Secrets Manager knows of each by when it has to be rotated
# next; a rotation that fails leaves that day in the past (API reference, DescribeSecret, "NextRotationDate"). Values are not looked at.
set -eu

say() {
    echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $*"
}

# Dates in one form, whichever version of the program prints them.
TZ=UTC
AWS_CONFIG_FILE=$WORK_DIR/config
export TZ AWS_CONFIG_FILE
printf '[default]\ncli_timestamp_format = iso8601\n' >"$AWS_CONFIG_FILE"

# Of this environment are those with its tag, and those that RDS keeps for the stack's instances, which have RDS' own tag alone.
ours="Tags[?(Key=='platform:environment' && Value=='$ENVIRONMENT') || (Key=='aws:rds:primaryDBInstanceArn' && contains(Value, ':db:$STACK-'))]"
# What rotates says how by tags.
recipe="Tags[?starts_with(Key, 'platform:value:')] | [0].Key"

aws secretsmanager list-secrets --region "$AWS_REGION" --output text \
    --query "SecretList[?$ours].[Name, RotationEnabled, NextRotationDate, $recipe]" >"$WORK_DIR/secrets" || {
    say "ERROR: cannot list secrets; nothing is known about their rotation" >&2
    exit 1
}

# A rotation is tried again for a day.
latest=$(date -u -d '1 day ago' +%Y-%m-%dT%H:%M:%S)
tab=$(printf '\t')
good=0
overdue=0
while IFS=$tab read -r name enabled next recipe; do
    if [ "$enabled" != True ]; then
        if [ "$recipe" != None ]; then
            say "ERROR: $name is not rotated: its rotation is switched off" >&2
            overdue=$((overdue + 1))
        fi
    elif [ "$next" != None ] && expr "${next%%[+Z]*}" '<' "$latest" >/dev/null; then
        say "ERROR: $name should have been rotated by $next" >&2
        overdue=$((overdue + 1))
    else
        good=$((good + 1))
    fi
done <"$WORK_DIR/secrets"

say "$good secrets of $ENVIRONMENT are rotated in time, $overdue are not"
[ "$overdue" -eq 0 ]
