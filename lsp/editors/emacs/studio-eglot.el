;;; studio-eglot.el --- What eglot needs for Project Studio  -*- lexical-binding: t; -*-

;;; Commentary:

;; Shows the documents that the server asks to have shown; eglot before 1.16 does not.
;; studio.el loads this file together with eglot.

;;; Code:

(require 'cl-lib)
(require 'eglot)
(require 'eieio)

(declare-function studio--path "studio")

(defclass studio-eglot-server (eglot-lsp-server) ()
  :documentation "The language server of Project Studio.")

(defun studio--show (uri focus)
  "Show the document URI, and go there with FOCUS; nil where it is of no file."
  (when (string-prefix-p "file:" uri)
    (let ((buffer (find-file-noselect (studio--path uri) t)))
      (with-current-buffer buffer
        (unless (or (buffer-modified-p) (verify-visited-file-modtime buffer))
          (revert-buffer t t)))
      (if focus (pop-to-buffer buffer) (display-buffer buffer))
      t)))

(cl-defmethod eglot-client-capabilities ((_server studio-eglot-server))
  "Say that documents can be shown, besides what eglot says."
  (let ((declared (cl-call-next-method)))
    (plist-put declared :window
               (append '(:showDocument (:support t)) (plist-get declared :window)))))

(cl-defmethod eglot-handle-request
  ((_server studio-eglot-server) (_method (eql 'window/showDocument))
   &key uri takeFocus &allow-other-keys)
  "Show the document URI, and go there if TAKEFOCUS is true."
  (list :success (if (studio--show uri (eq takeFocus t)) t :json-false)))

(provide 'studio-eglot)
;;; studio-eglot.el ends here
