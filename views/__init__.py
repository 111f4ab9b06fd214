"""The screens: one file for each tab or screen, and beside them what they share.

frame.py      who is signed in, under which hat a request acts, the menu, error pages
mends.py      Flask-AppBuilder's behaviour that we change, each with its reason
screen.py     base of every screen: lists, form pages; rows.py  reading and keeping rows as the person who acts
case.py       the frame of a case's workspace that every tab stands in
records.py    lists with forms that add, change and remove; gates.py  what plans include, in words
history_words.py, history_*.py  the audit log in words; viewing.py  looks at Professional notes, on the record
upgrade.py    the page where a plan leaves something out
retention.py  what falls due (forecast.py counts it), runs and certificates; retention_steps.py  holds and flags taken back, keeping.py  in words
dashboard.py  the work in figures, dashboard_figures.py counts them; static/dashboard.js draws the charts from the tables
choosing.py   fields for one of many rows, or several, found by a search
printing.py   PDFs, each made in a child process (renderer.py; confinement.py bounds it); certificate.py  the certificate of a retention run
documents.py  the Documents tab; document_page.py  one document and its PDF; document_filling.py  the form of a draft (document_form.py makes it)
document_steps.py  handing in, approving, sending; document_words.py, document_pdf.py  what a document says, on screens and on paper
templates.py  templates of documents, template_*.py  their editor; assessments.py  which recurring assessments are due
subject_access.py  the register of subject access requests; subject_steps.py  clock, files and end of one; subject_items.py  what is held, and hiding
              words of it; subject_redaction.py  finds these, subject_shown.py  takes them out of values; subject_words.py, subject_sentences.py  in words
field_words.py  columns of records in words; csv_out.py  CSV that no spreadsheet runs
imports.py    files of a former system: upload, columns, check, import; import_reading.py  CSV, line by line; import_kinds.py, import_words.py  fields and faults in words
uploads.py    files of a case; upload_check.py  whether one is taken, which a child process finds out (upload_inspector.py): upload_pdf.py,
              upload_docx.py, upload_pictures.py, and upload_bounds.py, which they share
exports.py    a copy of notes or sessions: export_rows.py  what is in it, export_csv.py, export_pdf.py
api.py        the API for programs: base of its resources (api_case.py, api_note.py, ...); api_sign_in.py, api_tokens.py  who calls, api_limits.py  how often,
              api_query.py, api_fields.py  what is asked and sent, api_answers.py  what is refused, api_docs.py  the OpenAPI document and its page
forms.py      form fields; sentences.py, document_sentences.py, import_sentences.py, subject_sentences.py  what people read when the database refuses; words.py  times and codes in words
"""
