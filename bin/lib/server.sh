# shellcheck shell=bash disable=SC2034,SC2154
# How the server of this checkout is started. Source it after lib/toolchain.sh and `find_jdk`.

server_target=$root/services/server/target
server_jar=$server_target/quarkus-app/quarkus-run.jar

# An AOT cache halves the start. It fits one JDK, one build and these options only; the JVM goes
# without it when a jar of the server or an --add-opens is another one than was recorded.
server_cache=$server_target/epoch-server-$java_version-$(cksum <"$java_home/release" | tr -cd '0-9').aot
server_options=(
  --enable-native-access=ALL-UNNAMED
  --sun-misc-unsafe-memory-access=allow
  --add-opens=java.base/java.lang.invoke=ALL-UNNAMED
  # What the manifest of the jar opens; a recording has another main class and does not open it.
  --add-opens=java.base/java.lang=ALL-UNNAMED
  --add-opens=java.base/java.nio=ALL-UNNAMED
  --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED
  # A process that has run out of memory may have lost any of its threads: it ends, and is started anew.
  -XX:+ExitOnOutOfMemoryError
  # While C2 has methods to compile, C1 compiles others without counting all that they do: under load right after a start
  # there are more of them than C2 can take, and code that counts is slow.
  -XX:Tier3DelayOn=0
)

# Whether the start of what is built now has been recorded with the JDK found.
is_recorded() {
  [[ $server_cache -nt $server_jar ]]
}
