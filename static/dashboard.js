/* Draws the charts of /dashboard from the tables that stand in the page (vendor/chart-4.6.1.umd.min.js, https://www.chartjs.org, MIT).
   The tables hold every number and are all there is for whoever has no script; a chart stands above its table, which is then shut until somebody
   opens it, and is hidden from screen readers.
   Series differ by pattern and dashes as well as by colour, and each bar says its numbers. Colours are those of the stylesheet. */
"use strict";
(() => {
  const tables = [...document.querySelectorAll("table[data-chart]")];
  if (!tables.length || !window.Chart) return;
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const LINE = 30, WORDS = 17, GAP = 10, SPACE = 46, DASHES = [[], [6, 4], [2, 3], [10, 3, 2, 3]], POINTS = ["circle", "rect", "triangle", "rectRot"];
  const charts = [];

  function numbers(row) { return [...row.cells].slice(1).map((cell) => Number(cell.textContent.replaceAll(",", ""))); }

  // What the table says: a label for each line, and for each drawn column its name and numbers.
  function read(table) {
    const lines = [...table.tBodies[0].rows], drawn = Number(table.dataset.drawn);
    return {
      labels: lines.map((line) => line.cells[0].textContent.trim()),
      series: [...table.tHead.rows[0].cells].slice(1, drawn + 1)
        .map((head, place) => ({ name: head.textContent.trim(), values: lines.map((line) => numbers(line)[place]) })),
    };
  }

  // The fills: plain, hatched, dotted, and an outline.
  function fill(place, colour) {
    if (place === 0) return colour;
    if (place === 3) return token("--surface");
    const tile = document.createElement("canvas"), side = 8;
    tile.width = tile.height = side;
    const pen = tile.getContext("2d");
    pen.fillStyle = token("--surface");
    pen.fillRect(0, 0, side, side);
    pen.strokeStyle = pen.fillStyle = colour;
    pen.lineWidth = 2.4;
    if (place === 1) {
      [[-2, 2, 2, -2], [0, side, side, 0], [side - 2, side + 2, side + 2, side - 2]].forEach(([x, y, to, at]) => {
        pen.beginPath(); pen.moveTo(x, y); pen.lineTo(to, at); pen.stroke();
      });
    } else {
      pen.beginPath(); pen.arc(side / 2, side / 2, 1.7, 0, 7); pen.fill();
    }
    return pen.createPattern(tile, "repeat");
  }

  // The lines of a long label, parted at the blank nearest to its middle.
  function parted(label, long) {
    const blanks = [...label.matchAll(/ /g)].map((blank) => blank.index), middle = label.length / 2;
    if (label.length <= long || !blanks.length) return [label];
    const at = blanks.reduce((best, each) => (Math.abs(each - middle) < Math.abs(best - middle) ? each : best));
    return [...parted(label.slice(0, at), long), ...parted(label.slice(at + 1), long)];
  }

  function colours() { return [token("--accent"), token("--attention"), token("--ink-quiet"), token("--ink-quiet")]; }

  // At the end of each bar what it comes to, number by number: "12 + 3".
  const said = {
    id: "said",
    afterDatasetsDraw(chart) {
      const pen = chart.ctx;
      pen.save();
      pen.font = `${Chart.defaults.font.size}px ${Chart.defaults.font.family}`;
      pen.fillStyle = token("--ink");
      pen.textBaseline = "middle";
      chart.data.labels.forEach((_, line) => {
        const values = chart.data.datasets.map((each) => each.data[line]);
        const end = Math.max(...chart.data.datasets.map((_each, place) => chart.getDatasetMeta(place).data[line].x));
        const words = values.some(Boolean) ? values.map((value) => value.toLocaleString("en-GB")).join(" + ") : "none";
        pen.fillText(words, end + 6, chart.getDatasetMeta(0).data[line].y);
      });
      pen.restore();
    },
  };

  function options(kind, most, several) {
    const ink = token("--ink"), quiet = token("--ink-quiet"), grid = token("--line");
    const shared = {
      responsive: true, maintainAspectRatio: false, animation: false, events: [],
      plugins: {
        legend: { display: several, position: "top", align: "start", onClick: null,
          labels: { color: quiet, boxWidth: 22, boxHeight: 12, usePointStyle: kind === "lines", pointStyle: "line", pointStyleWidth: 40,
            // By themselves they show a line without its dashes.
            generateLabels: (chart) => Chart.defaults.plugins.legend.labels.generateLabels(chart)
              .map((each) => ({ ...each, lineDash: kind === "lines" ? DASHES[each.datasetIndex] : [] })) } },
        tooltip: { enabled: false },
      },
    };
    if (kind === "bars") {
      return { ...shared, indexAxis: "y", layout: { padding: { right: 12 + 7 * most } },
        scales: { x: { stacked: true, display: false, beginAtZero: true },
          y: { stacked: true, grid: { display: false }, border: { display: false }, ticks: { color: ink, autoSkip: false } } } };
    }
    return { ...shared,
      scales: { x: { grid: { display: false }, ticks: { color: ink, maxRotation: 60, autoSkip: true } },
        y: { beginAtZero: true, grid: { color: grid }, border: { display: false }, ticks: { color: ink, precision: 0 } } } };
  }

  function draw(table) {
    const { labels: whole, series } = read(table), kind = table.dataset.chart, palette = colours();
    const details = table.closest("details"), long = details.clientWidth < 380 ? 12 : 17;
    const labels = kind === "bars" ? whole.map((each) => parted(each, long)) : whole;
    const canvas = document.createElement("canvas"), frame = document.createElement("div");
    frame.className = "chart-frame";
    frame.setAttribute("aria-hidden", "true");
    if (kind === "bars") {
      const line = Math.max(LINE, WORDS * Math.max(...labels.map((each) => each.length)) + GAP);
      frame.style.height = `${labels.length * line + (series.length > 1 ? SPACE : GAP)}px`;
    }
    frame.append(canvas);
    details.before(frame);
    const longest = Math.max(...labels.map((_, line) => series.map((each) => each.values[line].toLocaleString("en-GB")).join(" + ").length));
    charts.push({ frame, chart: new Chart(canvas, {
      type: kind === "bars" ? "bar" : "line",
      data: { labels, datasets: series.map((each, place) => ({
        label: each.name, data: each.values, borderColor: palette[place], borderWidth: kind === "bars" ? 1.5 : 2.5,
        backgroundColor: kind === "bars" ? fill(place, palette[place]) : palette[place],
        borderDash: kind === "bars" ? undefined : DASHES[place], pointStyle: POINTS[place], pointRadius: 4, maxBarThickness: 18, borderSkipped: false,
      })) },
      options: options(kind, longest, series.length > 1), plugins: kind === "bars" ? [said] : [],
    }) });
  }

  function drawAll() {
    charts.splice(0).forEach(({ frame, chart }) => { chart.destroy(); frame.remove(); });
    const style = getComputedStyle(document.body);
    Chart.defaults.font.family = style.fontFamily;
    Chart.defaults.font.size = 13;
    tables.forEach(draw);
  }

  drawAll();
  tables.forEach((table) => { table.closest("details").open = false; });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
})();
