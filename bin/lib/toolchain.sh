# shellcheck shell=bash disable=SC2034,SC2154
# Finds the JDK and Maven for the commands in bin/, and builds. Source it after setting `root`.

readonly required_java=25
java_home=
java_version=

# Sets `java_home` to the first JDK that is new enough, and `java_version` to its version.
find_jdk() {
  local candidate candidates=()
  [[ -n ${JAVA_HOME:-} ]] && candidates+=("$JAVA_HOME")
  local on_path
  if on_path=$(command -v javac); then
    candidates+=("$(dirname "$(dirname "$(readlink -f "$on_path")")")")
  fi
  candidates+=(
    /usr/lib/jvm/*
    /usr/local/lib/jvm/*
    /usr/java/*
    /opt/*
    /opt/java/*
    "${HOME:-/root}"/.sdkman/candidates/java/*
    "${HOME:-/root}"/.jdks/*
    /Library/Java/JavaVirtualMachines/*/Contents/Home
    "${HOME:-/root}"/Library/Java/JavaVirtualMachines/*/Contents/Home
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home
  )
  for candidate in "${candidates[@]}"; do
    if [[ -x $candidate/bin/javac && -r $candidate/release ]] && is_new_enough "$candidate"; then
      java_home=$candidate
      return
    fi
  done
  cat >&2 <<MESSAGE
Epoch needs a JDK $required_java or newer, and none was found.
Looked in JAVA_HOME (${JAVA_HOME:-not set}), the PATH, /usr/lib/jvm, /opt, ~/.sdkman, ~/.jdks and the macOS folders.
Install one, for example:
  Debian, Ubuntu:  apt-get install temurin-25-jdk   (from the Adoptium package repository)
  SDKMAN:          sdk install java 25-tem
  macOS:           brew install openjdk@25
or set JAVA_HOME to the folder of a JDK $required_java.
MESSAGE
  exit 1
}

# The file `release` tells the version without starting a JVM.
is_new_enough() {
  local line
  while IFS= read -r line; do
    if [[ $line =~ ^JAVA_VERSION=\"([0-9]+)([^\"]*)\" ]]; then
      java_version=${BASH_REMATCH[1]}${BASH_REMATCH[2]}
      ((BASH_REMATCH[1] >= required_java))
      return
    fi
  done <"$1/release"
  return 1
}

# Runs Maven on the whole project with the JDK found. MAVEN may name another command than `mvn`.
maven() {
  local command=${MAVEN:-mvn}
  if ! command -v "$command" >/dev/null; then
    cat >&2 <<MESSAGE
Epoch is built with Maven 3.8.7 or newer, and '$command' was not found.
Install it, for example:
  Debian, Ubuntu:  apt-get install maven
  SDKMAN:          sdk install maven
  macOS:           brew install maven
MESSAGE
    return 1
  fi
  JAVA_HOME=$java_home PATH=$java_home/bin:$PATH \
    "$command" --batch-mode --no-transfer-progress --file "$root/pom.xml" "$@"
}

# Folders whose sources a build depends on; a command may add its own before it builds.
source_folders=("$root/event-schemas" "$root/projections" "$root/services")

# build LABEL MODULE... packages the modules when a source is newer than their last build here.
build() {
  local label=$1
  shift
  local modules
  modules=$(IFS=, && echo "$*")
  local stamp=$root/target/built/${modules//[\/,]/-} log=$root/target/built/build.log
  if [[ -e $stamp ]] && ! newer_source "$stamp"; then
    return
  fi
  mkdir -p "$root/target/built"
  # The stamp is as old as the start of the build: an edit made meanwhile counts as newer.
  touch "$stamp.started"
  echo "Building $label (the first build fetches its libraries and takes minutes) ..." >&2
  if ! maven --quiet --projects "$modules" --also-make -DskipTests -Dspotless.check.skip=true package >"$log" 2>&1; then
    grep -E 'ERROR|BUILD|not found' "$log" | head -40 >&2 || true
    echo "The build failed; everything it said is in $log" >&2
    return 1
  fi
  mv "$stamp.started" "$stamp"
}

# A folder changes when a file comes or goes. Outside of src that is also what a build makes there: its target.
newer_source() {
  local found
  found=$(find "$root/pom.xml" "${source_folders[@]}" \
    -name target -prune -o -path '*/src/test' -prune -o -name node_modules -prune -o \
    -newer "$1" \( ! -type d -o -path '*/src/*' \) -print -quit)
  [[ -n $found ]]
}
