#!/usr/bin/env python3
"""Converts the jobs of many hosts with upstart2systemd on a Spark cluster.

    spark-submit convert_jobs.py HOSTS RESULTS

HOSTS is a pattern of configuration directories, HOST/etc/init of each host, such as
`/srv/fleet/*/etc/init`, on a file system that all workers see; or anything that Spark reads with a
record a line, if it ends with .jsonl, such as `hdfs:///fleet/records.jsonl`.
RESULTS is a directory that does not exist yet: it gets one JSON object a line for each job.

Each job is converted alone, without knowledge of the other jobs of its host: this is for a survey of
what a migration meets. The units to install are those of `upstart2systemd migrate --hosts`.
"""

import argparse
import glob
import json
import os
import shlex
import sys
import time

from pyspark.sql import SparkSession


def record(conf):
    """The job of a file HOST/etc/init/NAME.conf as upstart2systemd reads it."""
    above, _, below = conf.rpartition("/etc/init/")
    name = below[: -len(".conf")]
    host = os.path.basename(above)
    override = conf[: -len(".conf")] + ".override"
    return json.dumps(
        {
            "name": name,
            "host": host,
            "path": f"{host}/etc/init/{below}",
            "conf": read(conf),
            "override": read(override) if os.path.isfile(override) else None,
        }
    )


def read(path):
    # A byte that is not UTF-8 becomes a lone surrogate, which upstart2systemd reads as that byte.
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.read()


def records_of(context, hosts):
    if hosts.endswith(".jsonl"):
        return context.textFile(hosts)
    confs = sorted(
        conf
        for directory in glob.glob(hosts)
        for conf in glob.iglob(os.path.join(directory, "**", "*.conf"), recursive=True)
    )
    if not confs:
        sys.exit(f"error: there is no job in {hosts}")
    return context.parallelize(confs).map(record)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("hosts", metavar="HOSTS")
    parser.add_argument("results", metavar="RESULTS")
    parser.add_argument(
        "--program", default="upstart2systemd", help="the program, on each worker [default: found by the PATH of this script]"
    )
    parser.add_argument(
        "--partitions", type=int, help="how many runs of the program [default: what Spark takes]"
    )
    arguments = parser.parse_args()

    spark = SparkSession.builder.appName("upstart2systemd").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    records = records_of(spark.sparkContext, arguments.hosts)
    if arguments.partitions:
        records = records.repartition(arguments.partitions)
    records = records.cache()
    count = records.count()

    # The program ends with 1 or 3 if it reports something about a job, which is in the result. Any
    # other status is a failure of the task.
    convert = f"{shlex.quote(arguments.program)} convert --stdin-records"
    script = f"{convert}; status=$?; [ $status -ne 1 ] && [ $status -ne 3 ] || status=0; exit $status"
    since = time.monotonic()
    # Without an environment the program would have none, not even PATH.
    path = {"PATH": os.environ.get("PATH", os.defpath)}
    results = records.pipe(f"sh -c {shlex.quote(script)}", env=path, checkCode=True)
    results.saveAsTextFile(arguments.results)
    seconds = time.monotonic() - since

    converted = spark.sparkContext.textFile(arguments.results).map(json.loads).cache()
    written = converted.count()
    with_unit = converted.filter(lambda result: result["outputs"]).count()
    print(
        f"{written} jobs in {seconds:.1f} s, in {results.getNumPartitions()} runs:"
        f" {with_unit} converted, {written - with_unit} not"
    )
    rules = converted.flatMap(lambda result: result["diagnostics"]).map(
        lambda found: ((found["severity"], found["code"], found["name"]), 1)
    )
    most = rules.reduceByKey(lambda a, b: a + b).takeOrdered(10, lambda rule: (-rule[1], rule[0]))
    for (severity, code, name), number in most:
        print(f"{number:8} {severity:7} {code} {name}")
    spark.stop()
    if written != count:
        sys.exit(f"error: there are {count} records, but {written} results")


if __name__ == "__main__":
    main()
